// SPDX-License-Identifier: Apache-2.0
// The texts of a configuration that have a form of their own. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tmpfstrace {

// "500ms", "30s", "5m", "4h", "7d": digits and one unit. Empty: not a duration, or longer than a year.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// The shortest of these forms without a rest: "90s", "1m".
std::string format_duration(std::chrono::milliseconds duration);

// Why it is no http or https URL to send to: "it has no host"… Empty: it is one.
std::optional<std::string> url_problem(std::string_view url);

// Why it can be no name of a label: not [a-zA-Z_][a-zA-Z0-9_]*, or one that alerts have already.
std::optional<std::string> label_name_problem(std::string_view name);

}  // namespace tmpfstrace
