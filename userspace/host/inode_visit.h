// SPDX-License-Identifier: Apache-2.0
// One inode met by a walk, and what the walk counted.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string_view>
#include <vector>

#include "host/inode_facts.h"
#include "model/sample.h"

namespace tmpfstrace {

// Valid only during the visitor's call: it borrows the walk's descriptor and name.
class InodeVisit {
 public:
  // Where a walk of a tree met it: a directory's path inside the superblock and a name in it, "" for the walk's own
  // root. Both are empty for what a process holds.
  struct Place {
    std::string_view directory;
    std::string_view name;
  };

  InodeVisit(const InodeFacts& facts, int fd, const char* name, int flags, Place place)
      : facts_(facts), fd_(fd), name_(name), flags_(flags), place_(place) {}

  std::uint32_t major() const { return facts_.major; }
  std::uint32_t minor() const { return facts_.minor; }
  std::uint64_t inode() const { return facts_.inode; }
  const InodeFacts& facts() const { return facts_; }
  const Place& place() const { return place_; }

  // Repeats the stat. 0, a positive errno, or ESTALE when the name is another inode's by now.
  int restat() const;

 private:
  const InodeFacts& facts_;
  int fd_;
  const char* name_;
  int flags_;
  Place place_;
};

// Called right after each stat, on the same thread: what BPF saw of that stat is in the maps. False ends the walk.
using InodeVisitor = std::function<bool(const InodeVisit&)>;

struct WalkCounts {
  std::uint64_t visited = 0;                   // stats that succeeded on tmpfs; one inode may be met several times
  std::uint64_t directories = 0;               // listed
  std::uint64_t mounts_not_crossed = 0;        // names with another mount on top: what lies below was not seen
  std::uint64_t directories_skipped = 0;       // they moved away while their parent was left, or too many waited
  std::uint64_t processes = 0;                 // whose descriptors and mappings were looked at
  std::map<int, std::uint64_t> errors;         // by errno. ENOENT and ESRCH: gone before it was reached, harmless
  std::vector<SuperblockId> partly_reachable;  // only some of its directories are mounted
  std::vector<SuperblockId> unreachable;       // none of its mounts could be entered
  bool stopped = false;                        // by the visitor
};

}  // namespace tmpfstrace
