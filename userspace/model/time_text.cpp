// SPDX-License-Identifier: Apache-2.0
#include "model/time_text.h"

#include <chrono>

#include <fmt/format.h>

namespace tmpfstrace {

std::string format_utc(std::uint64_t realtime_ns) {
  using namespace std::chrono;
  const milliseconds since_epoch(static_cast<std::int64_t>(realtime_ns / 1'000'000));
  const sys_days day = floor<days>(sys_time<milliseconds>(since_epoch));
  const year_month_day date(day);
  const hh_mm_ss clock(since_epoch - day.time_since_epoch());
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

}  // namespace tmpfstrace
