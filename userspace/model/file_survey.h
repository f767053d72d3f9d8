// SPDX-License-Identifier: Apache-2.0
// What files lie on a superblock, folded to patterns: found by a walk over its tree, not counted by the kernel's
// programs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tmpfstrace {

// Files of one directory whose names differ only in what a counter, a clock or a random generator put there.
struct FilePattern {
  // Globs (model/name_pattern.h). What is like no other stands for itself.
  std::string directory;  // path inside the superblock, "/" for its root; folded where files of several are alike
  std::string pattern;    // "session_*"
  std::uint64_t files = 0;
  std::uint64_t empty_files = 0;
  std::uint64_t allocated_bytes = 0;  // whole pages
  std::uint64_t size_bytes = 0;       // as stat says: of a sparse file more than is allocated
  // CLOCK_REALTIME, of birth where the kernel tells it, else of the last change.
  std::optional<std::uint64_t> oldest_ns;
  std::optional<std::uint64_t> newest_ns;
  std::uint64_t counts_over = 0;  // how many of `files` may belong to patterns that were dropped; 0: exact
  // Of its folded directory and name (model/pattern_key.h); absent in older recordings.
  std::optional<std::uint64_t> key = {};
  bool operator==(const FilePattern&) const = default;
};

struct FileSurvey {
  std::uint64_t monotonic_ns = 0;  // of the sample with which the walk was made
  std::uint64_t files = 0;         // regular files met
  std::uint64_t entries = 0;       // everything met
  bool complete = false;           // every entry was met; else the walk came to its bound
  // Of the regular files. Sums stop at 2^64 - 1: a file of no page may have a size of 2^63.
  std::uint64_t allocated_bytes = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t promised_bytes = 0;  // what more they would take if every page of them were touched
  // Files that have no name any more and are held open or mapped. Absent: not looked for.
  std::optional<std::uint64_t> unlinked_files;
  std::optional<std::uint64_t> unlinked_bytes;
  std::vector<FilePattern> patterns;  // those that hold most first; bounded
  bool operator==(const FileSurvey&) const = default;
};

// Shared by the samples of a superblock and never changed. Null: it was not surveyed.
using SurveyRef = std::shared_ptr<const FileSurvey>;

}  // namespace tmpfstrace
