// SPDX-License-Identifier: Apache-2.0
// Options by the kind of their value: a time, a number, a list. For options.cpp alone.
#pragma once

#include <charconv>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "model/interval.h"

namespace tmpfstrace {

using std::chrono::milliseconds;

// "250ms", "2s", "5m". Empty optional: not a time. A unit is required: a bare 5 would be milliseconds to some.
inline std::optional<milliseconds> parse_time(std::string_view text) {
  std::int64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return std::nullopt;
  const std::string_view unit(rest, text.data() + text.size());
  const std::int64_t scale = unit == "ms" ? 1 : unit == "s" ? 1000 : unit == "m" ? 60'000 : 0;
  if (scale == 0 || number > std::numeric_limits<std::int64_t>::max() / scale) return std::nullopt;
  return milliseconds(number * scale);
}

// Adds an option whose text is read by `parse`, which gives an empty optional for what it does not take. CLI11's own
// numbers are not used: they wrap "-1" round to 2^64-1, read "0x10" and let "nan" through a range.
template <typename Target, typename Parse>
CLI::Option* add_parsed(CLI::App& app, const std::string& name, Target& target, Parse parse, const char* type,
                        const std::string& description, const std::string& expected) {
  const auto read = [&target, parse, name, expected](const std::string& text) {
    const auto value = parse(text);
    if (!value) throw CLI::ValidationError(name, "'" + text + "' is not " + expected);
    target = *value;
  };
  return app.add_option_function<std::string>(name, read, description)->type_name(type);
}

template <typename Target>
void add_time(CLI::App& app, const std::string& name, Target& target, milliseconds most, const char* description,
              const char* expected) {
  const auto parse = [most](std::string_view text) {
    const std::optional<milliseconds> time = parse_time(text);
    return time && *time >= shortest_interval && *time <= most ? time : std::nullopt;
  };
  add_parsed(app, name, target, parse, "TIME", description, expected);
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && rest == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

template <typename Number, typename Target>
void add_number(CLI::App& app, const std::string& name, Target& target, Number least, Number most, const char* type,
                const char* description) {
  const auto parse = [least, most](std::string_view text) {
    const std::optional<Number> number = parse_number<Number>(text);
    return number && *number >= least && *number <= most ? number : std::nullopt;
  };
  add_parsed(app, name, target, parse, type, description, fmt::format("a number from {} to {}", least, most));
}

// "a,b"; given again, it adds to the list. CLI11 passes over empty words.
template <typename Check>
void add_list(CLI::App& app, const std::string& name, std::vector<std::string>& target, Check check, const char* type,
              const char* description) {
  const auto read = [&target, check, name](const std::string& text) {
    std::istringstream words(text);
    for (std::string word; std::getline(words, word, ',');) target.push_back(word);
    if (target.empty()) throw CLI::ValidationError(name, "the list is empty");
    if (const std::optional<std::string> mistake = check(target)) throw CLI::ValidationError(name, *mistake);
  };
  app.add_option_function<std::string>(name, read, description)->type_name(type)->join(',');
}

}  // namespace tmpfstrace
