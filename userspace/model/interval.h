// SPDX-License-Identifier: Apache-2.0
// What may be asked for between two samples, on the command line and while it runs.
#pragma once

#include <chrono>

namespace tmpfstrace {

inline constexpr std::chrono::milliseconds shortest_interval{100};
inline constexpr std::chrono::milliseconds longest_interval{3'600'000};

}  // namespace tmpfstrace
