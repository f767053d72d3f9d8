// SPDX-License-Identifier: Apache-2.0
#include "web/yaml_map.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string_view>

namespace tmpfstrace {
namespace {

int line_of(const YAML::Node& node) { return node.Mark().is_null() ? 0 : node.Mark().line + 1; }

// "1.5h", "1m30s". Nothing: it is none, or no 64 bits can hold it.
std::optional<std::chrono::nanoseconds> parse_duration(const std::string& text) {
  struct Unit {
    const char* name;
    double nanoseconds;
  };
  static constexpr Unit units[] = {{"ns", 1},  {"us", 1e3}, {"µs", 1e3},  {"ms", 1e6},
                                   {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};
  double total = 0;
  const char* at = text.data();
  const char* const end = at + text.size();
  if (at == end) return std::nullopt;
  while (at != end) {
    double number = 0;
    const auto [after, error] = std::from_chars(at, end, number, std::chars_format::fixed);
    if (error != std::errc() || number < 0) return std::nullopt;
    const char* unit_end = std::find_if(after, end, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
    const std::string name(after, unit_end);
    const auto unit = std::find_if(std::begin(units), std::end(units), [&](const Unit& u) { return name == u.name; });
    if (unit == std::end(units)) return std::nullopt;
    total += number * unit->nanoseconds;
    at = unit_end;
  }
  if (total > 9e18) return std::nullopt;
  return std::chrono::nanoseconds(static_cast<std::int64_t>(total));
}

// The line of a "---" that stands behind something, from 1; 0: there is none.
int second_document(std::string_view text) {
  bool begun = false;
  for (int line = 1; !text.empty(); ++line) {
    const std::string_view content = text.substr(0, text.find('\n'));
    const bool is_mark = content.starts_with("---") && content.find_first_not_of(" \t\r", 3) == std::string_view::npos;
    if (is_mark && begun) return line;
    begun =
        begun || is_mark || (!content.starts_with('#') && content.find_first_not_of(" \t\r") != std::string_view::npos);
    text.remove_prefix(std::min(content.size() + 1, text.size()));
  }
  return 0;
}

}  // namespace

// The library's reader of several documents never ends on some that are broken (0.7.0): it is given one.
YamlMap YamlMap::of_document(const std::string& text) {
  if (const int line = second_document(text); line != 0) throw YamlRefusal(line, "more than one document");
  try {
    return {YAML::Load(text), ""};
  } catch (const YAML::Exception& error) {
    throw YamlRefusal(error.mark.is_null() ? 0 : error.mark.line + 1, error.msg);
  }
}

YamlMap::YamlMap(const YAML::Node& node, std::string path) : node_(node), path_(std::move(path)) {
  if (!node_.IsDefined() || node_.IsNull()) return;
  if (!node_.IsMap()) throw YamlRefusal(line_of(node_), (path_.empty() ? "the document" : path_) + " is no mapping");
  for (const auto& entry : node_) {
    if (!entry.first.IsScalar())
      throw YamlRefusal(line_of(entry.first), "a key" + (path_.empty() ? "" : " of " + path_) + " is no text");
    if (std::find(keys_.begin(), keys_.end(), entry.first.Scalar()) != keys_.end())
      throw YamlRefusal(line_of(entry.first), named(entry.first.Scalar()) + " is there twice");
    keys_.push_back(entry.first.Scalar());
  }
}

YAML::Node YamlMap::find(const std::string& key) {
  asked_.insert(key);
  if (!node_.IsMap()) return {};
  for (const auto& entry : node_)
    if (entry.first.Scalar() == key) return entry.second;
  return {};
}

std::string YamlMap::scalar(const YAML::Node& node, const std::string& key) const {
  if (!node.IsScalar()) throw YamlRefusal(line_of(node), named(key) + " is no single value");
  return node.Scalar();
}

std::optional<std::string> YamlMap::text(const std::string& key) {
  const YAML::Node node = find(key);
  if (!node.IsDefined() || node.IsNull()) return std::nullopt;
  return scalar(node, key);
}

std::optional<std::vector<std::string>> YamlMap::list(const std::string& key) {
  const YAML::Node node = find(key);
  if (!node.IsDefined() || node.IsNull()) return std::nullopt;
  if (!node.IsSequence()) throw YamlRefusal(line_of(node), named(key) + " is no list");
  std::vector<std::string> values;
  for (const auto& entry : node) values.push_back(scalar(entry, key));
  return values;
}

std::optional<bool> YamlMap::flag(const std::string& key) {
  const auto word = text(key);
  if (!word) return std::nullopt;
  if (*word == "true") return true;
  if (*word == "false") return false;
  refuse(key, named(key) + " is neither true nor false");
}

std::optional<std::int64_t> YamlMap::number(const std::string& key) {
  const auto digits = text(key);
  if (!digits) return std::nullopt;
  std::int64_t value = 0;
  const char* const end = digits->data() + digits->size();
  const auto [after, error] = std::from_chars(digits->data(), end, value);
  if (error != std::errc() || after != end) refuse(key, named(key) + " is no whole number");
  return value;
}

std::optional<std::chrono::nanoseconds> YamlMap::duration(const std::string& key) {
  const auto word = text(key);
  if (!word) return std::nullopt;
  if (*word == "0") return std::chrono::nanoseconds(0);
  const auto value = parse_duration(*word);
  if (!value) refuse(key, named(key) + " is no duration such as 1s, 500ms or 1m30s");
  return value;
}

std::optional<YamlMap> YamlMap::map(const std::string& key) {
  const YAML::Node node = find(key);
  if (!node.IsDefined() || node.IsNull()) return std::nullopt;
  return YamlMap(node, named(key));
}

void YamlMap::refuse(const std::string& key, const std::string& why) const {
  if (node_.IsMap())
    for (const auto& entry : node_)
      if (entry.first.Scalar() == key) throw YamlRefusal(line_of(entry.first), why);
  throw YamlRefusal(line_of(node_), why);
}

void YamlMap::end() const {
  for (const std::string& key : keys_)
    if (!asked_.contains(key)) refuse(key, "unknown key " + named(key));
}

}  // namespace tmpfstrace
