// SPDX-License-Identifier: Apache-2.0
#include "model/name_pattern.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "model/name_words.h"

namespace tmpfstrace {
namespace {

// Between two stars these are part of what was generated: a date, an address, a UUID.
constexpr std::string_view kJoiners = "-_.:,+=@~ ";

char glob_char(char c) { return c == '*' || c == '[' || c == '\\' ? '?' : c; }

class Folder {
 public:
  explicit Folder(std::string_view name) : name_(name) { pattern_.reserve(name.size()); }

  std::string fold() {
    std::size_t at = 0;
    for (const NameWord& word : split_name(name_)) {
      copy(at, word.begin);
      add(word);
      at = word.end;
    }
    copy(at, name_.size());
    return std::move(pattern_);
  }

 private:
  void copy(std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) pattern_ += glob_char(name_[i]);
  }

  void add(const NameWord& word) {
    copy(word.begin, word.begin + word.kept);
    if (word.kind == WordKind::Counter || (word.kind == WordKind::Generated && word.kept == 0)) return add_whole_star();
    if (word.kind == WordKind::Generated) return add_star();
    for (std::size_t i = word.begin + word.kept; i < word.end; ++i) is_digit(name_[i]) ? add_star() : copy(i, i + 1);
  }

  // Every star of the pattern is one of ours: one of the name is a question mark.
  bool ends_in_star() const { return pattern_.ends_with('*'); }

  void add_star() {
    if (!ends_in_star()) pattern_ += '*';
  }

  void add_whole_star() {
    if (pattern_.size() >= 2 && pattern_[pattern_.size() - 2] == '*' &&
        kJoiners.find(pattern_.back()) != std::string_view::npos)
      pattern_.pop_back();
    add_star();
  }

  std::string_view name_;
  std::string pattern_;
};

}  // namespace

std::string fold_name(std::string_view name) { return Folder(name).fold(); }

std::string fold_path(std::string_view path) {
  std::string folded;
  folded.reserve(path.size());
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t slash = std::min(path.find('/', at), path.size());
    folded += fold_name(path.substr(at, slash - at));
    if (slash < path.size()) folded += '/';
    at = slash + 1;
  }
  return folded;
}

std::string literal_glob(std::string_view name) {
  std::string glob;
  glob.reserve(name.size());
  for (const char c : name) glob += glob_char(c);
  return glob;
}

}  // namespace tmpfstrace
