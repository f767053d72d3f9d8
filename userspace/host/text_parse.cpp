// SPDX-License-Identifier: Apache-2.0
#include "host/text_parse.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace tmpfstrace {

namespace {

constexpr std::string_view kBlank = " \t\r\n";
// What the kernel puts between words, and writes as \ooo within one: '\r' is a character of a name like any other.
bool is_between_words(char c) { return c == ' ' || c == '\t' || c == '\n'; }

bool is_octal(char c) { return c >= '0' && c <= '7'; }

}  // namespace

std::optional<std::uint64_t> parse_u64(std::string_view text, int base) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (error != std::errc() || stop != end || text.empty()) return std::nullopt;
  return value;
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool take_line(std::string_view& text, std::string_view& line) {
  if (text.empty()) return false;
  const std::size_t end = text.find('\n');
  line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return true;
}

bool take_word(std::string_view& line, std::string_view& word) {
  const auto first = std::find_if_not(line.begin(), line.end(), is_between_words);
  const auto end = std::find_if(first, line.end(), is_between_words);
  if (first == end) {
    line = {};
    return false;
  }
  word = std::string_view(first, end);
  line = std::string_view(end, line.end());
  return true;
}

bool has_word(std::string_view text, std::string_view word) {
  std::string_view candidate;
  while (take_word(text, candidate)) {
    if (candidate == word) return true;
  }
  return false;
}

std::optional<std::string_view> find_value(std::string_view text, std::string_view key) {
  std::string_view line;
  while (take_line(text, line)) {
    if (!line.starts_with(key)) continue;
    line.remove_prefix(key.size());
    if (line.starts_with(':')) line.remove_prefix(1);
    if (line.empty() || (line.front() != ' ' && line.front() != '\t')) continue;
    return trim(line);
  }
  return std::nullopt;
}

std::string_view unescape_octal(std::span<char> text) {
  const auto first = std::find(text.begin(), text.end(), '\\');
  std::size_t written = static_cast<std::size_t>(first - text.begin());
  for (std::size_t i = written; i < text.size(); ++i, ++written) {
    const bool escape = text[i] == '\\' && i + 3 < text.size() && text[i + 1] <= '3' && is_octal(text[i + 1]) &&
                        is_octal(text[i + 2]) && is_octal(text[i + 3]);
    text[written] = text[i];
    if (!escape) continue;
    text[written] = static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
    i += 3;
  }
  return {text.data(), written};
}

std::optional<std::int32_t> parse_pid(std::string_view name) {
  const auto value = parse_u64(name);
  if (!value || *value == 0 || *value > static_cast<std::uint64_t>(std::numeric_limits<std::int32_t>::max())) {
    return std::nullopt;
  }
  return static_cast<std::int32_t>(*value);
}

}  // namespace tmpfstrace
