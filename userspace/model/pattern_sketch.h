// SPDX-License-Identifier: Apache-2.0
// Sums up files by directory and name pattern, in bounded memory: the heavy hitters of a tree of any size.
//
// The algorithm is SpaceSaving: when all entries are taken, a new pattern takes the place of the lightest. A file
// weighs 1 and 1 more for each page, so that neither many empty files nor few large ones are lost. With W the weight of
// all files and m entries:
// - as long as there are no more than m patterns, and for each that was never dropped (counts_over 0), everything is
//   exact;
// - else `files` is never too low, and too high by counts_over at most, which is at most W/m. The other figures are
// those
//   of the files since it was last taken in: never too high;
// - of those that may have been dropped before, the ones are told that certainly weigh more than W/m. That is every
//   pattern above 2W/m.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/file_survey.h"

namespace tmpfstrace {

struct FileFacts {
  std::uint64_t allocated_bytes = 0;
  std::uint64_t size_bytes = 0;
  std::optional<std::uint64_t> time_ns;  // FilePattern::oldest_ns
};

class PatternSketch {
 public:
  static constexpr std::size_t kEntries = 512;

  explicit PatternSketch(std::size_t entries = kEntries);

  // One call a file: a name of a file that has several is not another file. Sums stop at 2^64 - 1.
  void add(std::string_view directory, std::string_view name, const FileFacts& facts);

  // W/m: no counts_over is higher.
  std::uint64_t bound() const { return weight_ / most_; }

  // At most so many, first those that hold the largest share of the bytes or of the files. A name that is like no other
  // and a directory that is the only one of its pattern are told as they are (literal_glob), not folded.
  std::vector<FilePattern> patterns(std::size_t most) const;

 private:
  struct Entry {
    const std::string* key = nullptr;  // of entries_by_key_: folded directory, NUL, folded name
    std::string directory;             // of the first file
    std::string name;                  // of the first file
    bool one_directory = true;
    std::uint64_t weight = 0;  // of its own files
    FilePattern figures;       // its directory and pattern are left empty
  };

  Entry& at_current_key(std::uint64_t weight);
  Entry& take_place(std::size_t index, std::uint64_t weight);
  bool is_certain(const Entry& entry) const { return entry.figures.counts_over == 0 || entry.weight > bound(); }

  std::size_t most_;
  std::uint64_t weight_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t files_ = 0;
  std::uint64_t most_dropped_ = 0;  // the highest `files` of an entry that was dropped
  std::vector<Entry> entries_;
  // Of entries_ with what they took over, by themselves: the lightest is searched for.
  std::vector<std::uint64_t> weights_;
  std::unordered_map<std::string, std::size_t> entries_by_key_;
  std::string last_directory_;  // as it was given
  std::string directory_;       // cut
  std::string folded_;          // cut and folded, with its NUL
  std::string key_;
};

}  // namespace tmpfstrace
