// SPDX-License-Identifier: Apache-2.0
// Who makes and removes what files on a superblock, by name pattern: told by the kernel's programs, of some files where
// there are many (bpf/file_tells.bpf.h). The ledger counts every one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tmpfstrace {

// One regular file that was made or lost its last name.
struct FileTold {
  std::uint64_t monotonic_ns = 0;
  std::uint64_t cgroup = 0;  // of who did it
  std::uint32_t tgid = 0;
  bool removed = false;
  std::string comm;
  std::string executable;  // last component; empty: a kernel thread
  std::string directory;   // path inside the superblock, "/" for its root; "…/" before it where it was cut
  std::string name;
};

struct FileCreator {
  std::uint64_t cgroup = 0;
  std::string comm;
  std::string executable;
  std::uint32_t tgid = 0;     // the last one
  std::uint64_t created = 0;  // told
  std::optional<bool> lives;  // does one of its last processes still run? Absent: nobody could look
  bool operator==(const FileCreator&) const = default;
};

// Of the files of one directory and pattern, as FilePattern names them. All counts are of what was told.
struct PatternActivity {
  std::string directory;
  std::string pattern;
  std::uint64_t key = 0;  // equal to that of the FilePattern with these files
  std::uint64_t created = 0;
  std::uint64_t removed = 0;
  std::uint64_t counts_over = 0;  // how many of the two together may belong to patterns that were dropped; 0: exact
  std::uint64_t created_recently = 0;  // in FileActivity::recent_ns
  std::uint64_t removed_recently = 0;
  std::vector<FileCreator> creators;    // who made most first; bounded
  std::uint64_t created_by_others = 0;  // by creators that found no room
  bool operator==(const PatternActivity&) const = default;
};

struct FileActivity {
  std::uint64_t created = 0;  // told, of all patterns: to be held against the regular files that the ledger has counted
  std::uint64_t removed = 0;
  std::uint64_t recent_ns = 0;  // the last minutes that "recently" is about
  std::vector<PatternActivity> patterns;  // those with most files made and removed first; bounded
  bool operator==(const FileActivity&) const = default;
};

// Shared by the samples of a superblock and never changed. Null: nothing was told of it, or the mode does not tell.
using ActivityRef = std::shared_ptr<const FileActivity>;

}  // namespace tmpfstrace
