// SPDX-License-Identifier: Apache-2.0
// Sums up what is told of a superblock's files by directory and name pattern, in bounded memory.
//
// The algorithm is SpaceSaving, as of PatternSketch; a file told weighs 1. With W told and m entries everything is exact
// as long as there are no more than m patterns; else `created` and `removed` are those since the pattern was last taken
// in, and counts_over, which is at most W/m, says how many more there may have been before.
//
// Times are CLOCK_MONOTONIC nanoseconds.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/file_activity.h"

namespace tmpfstrace {

class ActivitySketch {
 public:
  static constexpr std::size_t kEntries = 64;
  static constexpr std::size_t kCreators = 6;   // of a pattern
  static constexpr std::size_t kProcesses = 4;  // of a creator, whose end is looked for

  explicit ActivitySketch(std::size_t entries = kEntries) : most_(entries == 0 ? 1 : entries) {}

  void add(const FileTold& told);

  // Does the process still run that did something at that time? Absent: nobody can tell.
  using IsAlive = std::function<std::optional<bool>(std::uint32_t tgid, std::uint64_t monotonic_ns)>;

  // At most so many patterns. A name or a directory that is the only one of its pattern is told as it is.
  FileActivity report(std::size_t most, std::uint64_t monotonic_ns, const IsAlive& is_alive);

  std::uint64_t last_told_ns() const { return last_told_ns_; }

 private:
  // Counts of this window of time and of the one before, which is over.
  struct Window {
    std::uint64_t now = 0;
    std::uint64_t before = 0;
  };
  struct Process {
    std::uint32_t tgid = 0;
    std::uint64_t told_ns = 0;
  };
  struct Creator {
    FileCreator figures;
    std::array<Process, kProcesses> processes{};  // tgid 0: none
  };
  struct Entry {
    std::string key;
    std::string directory;  // of the first file
    std::string name;       // of the first file
    bool one_directory = true;
    bool one_name = true;
    std::uint64_t weight = 0;  // with what it took over
    PatternActivity figures;
    Window created, removed;
    std::vector<Creator> creators;
  };

  Entry& entry_of(std::string key);
  static void add_creator(Entry& entry, const FileTold& told);
  PatternActivity told_of(const Entry& entry, const IsAlive& is_alive) const;
  void turn_windows(std::uint64_t monotonic_ns);

  std::size_t most_;
  std::uint64_t created_ = 0;
  std::uint64_t removed_ = 0;
  std::uint64_t last_told_ns_ = 0;
  std::uint64_t window_ns_ = 0;         // begin of the window; 0: none yet
  std::uint64_t window_before_ns_ = 0;  // begin of the one before; equal: there is none
  std::vector<Entry> entries_;
  std::unordered_map<std::string, std::size_t> by_key_;
};

}  // namespace tmpfstrace
