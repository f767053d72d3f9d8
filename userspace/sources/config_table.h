// SPDX-License-Identifier: Apache-2.0
// One table of a TOML file, read key by key. What is wrong is noted with its line, and reading goes on: who repairs a
// file wants to see all of it. Include only from the configuration's own sources: it brings the TOML library in.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Errors as values. The library's parser (3.3) asserts that a table's name begins as a name, which "[="
// and "[[[" do not, and reports it as an error right after: the assertion must neither end the process nor, with
// NDEBUG, be taken by clang for a promise.
#define TOML_EXCEPTIONS 0
#define TOML_ASSERT(expr) static_cast<void>(0)
#undef NDEBUG
#include <toml++/toml.h>

namespace tmpfstrace {

struct ConfigProblem {
  std::uint32_t line = 0;
  std::string text;  // "rules.full.for: …"
};

class ConfigTable {
 public:
  // The table and the problems outlive this. path is "" for the file itself, "rules.full" for a table in it.
  ConfigTable(const toml::table& table, std::string path, std::vector<ConfigProblem>& problems)
      : table_(table), path_(std::move(path)), problems_(problems) {}

  // Each leaves the target as it is where the key is missing or wrong.
  void read_flag(const char* key, bool& target);
  void read_duration(const char* key, std::chrono::milliseconds least, std::chrono::milliseconds most,
                     std::chrono::milliseconds& target);
  void read_duration(const char* key, std::chrono::milliseconds least, std::chrono::milliseconds most,
                     std::uint64_t& target_ns);
  void read_count(const char* key, std::size_t least, std::size_t most, std::size_t& target);
  void read_share(const char* key, double least, double most, double& target);
  void read_text(const char* key, std::string& target);
  // The index of the word that the key has.
  std::optional<std::size_t> read_word(const char* key, const std::vector<std::string>& words);
  // A table in it; absent where there is none.
  std::optional<ConfigTable> read_table(const char* key);

  // Notes every key that was not asked for. Once, at the end.
  void refuse_others();

  void note(const toml::node& node, const std::string& key, const std::string& what);
  const toml::table& toml() const { return table_; }
  bool has(const char* key) const { return table_.contains(key); }

 private:
  const toml::node* find(const char* key);
  std::string full_name(std::string_view key) const;
  template <typename Duration>
  void read_time(const char* key, std::chrono::milliseconds least, std::chrono::milliseconds most, Duration set);

  const toml::table& table_;
  std::string path_;
  std::vector<ConfigProblem>& problems_;
  std::vector<std::string> known_;
};

}  // namespace tmpfstrace
