// SPDX-License-Identifier: Apache-2.0
// One mapping of a YAML document, read strictly: a key that nobody asked for is an error, as one that is there twice
// is. The only place that knows the YAML library.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <yaml-cpp/yaml.h>

namespace tmpfstrace {

// Thrown by all of it; caught where the document is parsed.
struct YamlRefusal : std::runtime_error {
  YamlRefusal(int in_line, const std::string& why) : std::runtime_error(why), line(in_line) {}
  int line;  // from 1; 0: none
};

class YamlMap {
 public:
  static YamlMap of_document(const std::string& text);

  // Each absent when the key is, or has no value. Of another kind: thrown.
  std::optional<std::string> text(const std::string& key);
  std::optional<std::vector<std::string>> list(const std::string& key);
  std::optional<bool> flag(const std::string& key);
  std::optional<std::int64_t> number(const std::string& key);
  // As Go writes it: "1s", "500ms", "1m30s"; without a unit only 0.
  std::optional<std::chrono::nanoseconds> duration(const std::string& key);
  std::optional<YamlMap> map(const std::string& key);

  std::vector<std::string> keys() const { return keys_; }
  [[noreturn]] void refuse(const std::string& key, const std::string& why) const;
  // Throws about the first key that was not asked for.
  void end() const;

 private:
  YamlMap(const YAML::Node& node, std::string path);
  YAML::Node find(const std::string& key);
  std::string named(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }
  std::string scalar(const YAML::Node& node, const std::string& key) const;

  YAML::Node node_;
  std::string path_;
  std::vector<std::string> keys_;
  std::set<std::string> asked_;
};

}  // namespace tmpfstrace
