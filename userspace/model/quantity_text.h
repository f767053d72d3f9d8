// SPDX-License-Identifier: Apache-2.0
// Quantities in sentences.
#pragma once

#include <cstdint>
#include <string>

namespace tmpfstrace {

// "64 MiB", "709 MiB", "1.5 GiB": three significant digits, in the largest unit in which it is at least 1.
std::string bytes_in_words(double bytes);

// "27,600"
std::string count_in_words(double count);

// The two largest units: "40 s", "12 min", "3 h 20 min", "2 d 5 h".
std::string duration_in_words(std::uint64_t ns);

// "18 a minute": in the unit of time in which it is between 1 and 100 or so; "1,200 a second" at most.
std::string rate_in_words(double per_second);

// "16:41:07" in UTC on the same day, else with the day: "2026-04-18 16:41:07".
std::string clock_in_words(std::uint64_t realtime_ns, std::uint64_t now_realtime_ns);

}  // namespace tmpfstrace
