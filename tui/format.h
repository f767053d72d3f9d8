// SPDX-License-Identifier: Apache-2.0
// Numbers as text. An absent value is "-", never 0; a value that is not 0 is never shown as 0, and what is not full is
// never shown as 100 %.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tui/text.h"

namespace tmpfstrace {

inline constexpr const char* absent_text = "-";

// "0 B", "1.5 KiB", "63.9 MiB", at most 9 columns. A whole number of its unit has no decimals: "64 MiB" is exact,
// "64.0 MiB" is not.
std::string format_bytes(std::optional<std::uint64_t> bytes);
std::string format_bytes(std::optional<std::int64_t> bytes);

// With a sign unless 0: "+4 KiB".
std::string format_signed_bytes(std::optional<std::int64_t> bytes);
std::string format_signed_count(std::optional<std::int64_t> count);

// Bytes and events a second, without "/s": the column's title says it.
std::string format_byte_rate(std::optional<double> bytes_per_second);
std::string format_rate(std::optional<double> per_second);

// "16384", "1.23M" from a million on.
std::string format_count(std::optional<std::uint64_t> count);

// "12/16384"; one side may be absent, not both.
std::string format_used_of_total(std::optional<std::uint64_t> used, std::optional<std::uint64_t> total);

// "93%", "<1%", "99%" up to full.
std::string format_percent(std::optional<double> ratio);

// A small part, where tenths count: "<0.1%", "0.3%", "12%" from ten on.
std::string format_share(std::optional<double> ratio);

// "[####  ] 66%" of exactly `width` columns; the bar is left out where it has no room.
std::string format_percent_bar(std::optional<double> ratio, int width, Charset charset);

// At most 6 columns, for tables: "45s", "12m", "3h20m", "2d05h", ">99d".
std::string format_short_duration(std::uint64_t ns);

// UTC, as in the JSON: "07:12:09", "2026-04-18 07:12:09 UTC".
std::string format_clock(std::uint64_t realtime_ns);
std::string format_date_time(std::uint64_t realtime_ns);

}  // namespace tmpfstrace
