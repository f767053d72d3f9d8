// SPDX-License-Identifier: Apache-2.0
#include "sources/config_table.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sources/config_values.h"

namespace tmpfstrace {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t longest_quote = 100;  // bytes of a wrong value that are repeated

std::string kind_text(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "an array";
    case toml::node_type::string: return "a string";
    case toml::node_type::integer: return fmt::format("the number {}", **node.as_integer());
    case toml::node_type::floating_point: return fmt::format("the number {}", **node.as_floating_point());
    case toml::node_type::boolean: return **node.as_boolean() ? "true" : "false";
    default: return "a date or a time";
  }
}

std::string value_text(const toml::node& node) {
  return node.is_string() ? fmt::format("\"{}\"", node.as_string()->get().substr(0, longest_quote)) : kind_text(node);
}

// TOML's bare keys. Any other stands in quotes, and may hold anything: the problem of a file is one line.
std::string key_text(std::string_view key) {
  const auto is_bare = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  if (!key.empty() && std::ranges::all_of(key, is_bare)) return std::string(key.substr(0, longest_quote));
  return fmt::format("\"{}\"", key.substr(0, longest_quote));
}

}  // namespace

std::string ConfigTable::full_name(std::string_view key) const {
  return path_.empty() ? key_text(key) : path_ + "." + key_text(key);
}

void ConfigTable::note(const toml::node& node, const std::string& key, const std::string& what) {
  problems_.push_back({node.source().begin.line, (key.empty() ? path_ : full_name(key)) + ": " + what});
}

const toml::node* ConfigTable::find(const char* key) {
  known_.emplace_back(key);
  return table_.get(key);
}

void ConfigTable::read_flag(const char* key, bool& target) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  if (const auto* value = node->as_boolean())
    target = value->get();
  else
    note(*node, key, value_text(*node) + " is neither true nor false");
}

template <typename Set>
void ConfigTable::read_time(const char* key, milliseconds least, milliseconds most, Set set) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const auto* text = node->as_string();
  const std::optional<milliseconds> time = text != nullptr ? parse_duration(text->get()) : std::nullopt;
  if (time && *time >= least && *time <= most) return set(*time);
  note(*node, key,
       fmt::format("{} is not a duration from \"{}\" to \"{}\" (a string; units ms, s, m, h, d)", value_text(*node),
                   format_duration(least), format_duration(most)));
}

void ConfigTable::read_duration(const char* key, milliseconds least, milliseconds most, milliseconds& target) {
  read_time(key, least, most, [&](milliseconds time) { target = time; });
}

void ConfigTable::read_duration(const char* key, milliseconds least, milliseconds most, std::uint64_t& target_ns) {
  read_time(key, least, most,
            [&](milliseconds time) { target_ns = static_cast<std::uint64_t>(std::chrono::nanoseconds(time).count()); });
}

void ConfigTable::read_count(const char* key, std::size_t least, std::size_t most, std::size_t& target) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const auto* value = node->as_integer();
  if (value != nullptr && value->get() >= static_cast<std::int64_t>(least) &&
      value->get() <= static_cast<std::int64_t>(most)) {
    target = static_cast<std::size_t>(value->get());
  } else {
    note(*node, key, fmt::format("{} is not a whole number from {} to {}", value_text(*node), least, most));
  }
}

void ConfigTable::read_share(const char* key, double least, double most, double& target) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const auto* value = node->as_floating_point();
  // Not the opposite comparison: of a NaN both are false.
  if (value != nullptr && value->get() >= least && value->get() <= most)
    target = value->get();
  else
    note(*node, key, fmt::format("{} is not a share from {} to {}", value_text(*node), least, most));
}

void ConfigTable::read_text(const char* key, std::string& target) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  if (const auto* value = node->as_string())
    target = value->get();
  else
    note(*node, key, value_text(*node) + " is not a string");
}

std::optional<std::size_t> ConfigTable::read_word(const char* key, const std::vector<std::string>& words) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* value = node->as_string()) {
    const auto found = std::ranges::find(words, value->get());
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  }
  note(*node, key, fmt::format("{} is not one of {}", value_text(*node), fmt::join(words, ", ")));
  return std::nullopt;
}

std::optional<ConfigTable> ConfigTable::read_table(const char* key) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* table = node->as_table()) return ConfigTable(*table, full_name(key), problems_);
  note(*node, key, fmt::format("{} is not a table; it is written [{}]", value_text(*node), full_name(key)));
  return std::nullopt;
}

void ConfigTable::refuse_others() {
  for (const auto& [key, node] : table_) {
    if (std::ranges::find(known_, key.str()) != known_.end()) continue;
    problems_.push_back({key.source().begin.line,
                         fmt::format("{}: unknown key; known are {}", full_name(key.str()), fmt::join(known_, ", "))});
  }
}

}  // namespace tmpfstrace
