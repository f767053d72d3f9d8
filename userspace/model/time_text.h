// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace tmpfstrace {

// CLOCK_REALTIME as RFC 3339 in UTC with milliseconds, cut and not rounded: "2026-04-18T07:12:09.123Z".
std::string format_utc(std::uint64_t realtime_ns);

}  // namespace tmpfstrace
