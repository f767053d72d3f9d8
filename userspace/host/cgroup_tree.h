// SPDX-License-Identifier: Apache-2.0
// Cgroup id → path, remembered for a while after the cgroup has gone: its pages outlive it.
//
// Times are CLOCK_MONOTONIC nanoseconds and are given by the caller; they must not go back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "host/unique_fd.h"
#include "model/result.h"
#include "model/sample.h"

namespace tmpfstrace {

struct CgroupTreeOptions {
  std::uint64_t grace_ns = 600'000'000'000;    // how long a vanished cgroup keeps its name
  std::uint64_t interval_ns = 30'000'000'000;  // a walk is due this long after the last
  std::uint64_t min_gap_ns = 1'000'000'000;    // no unknown id causes a walk sooner than this after the last
};

struct CgroupName {
  std::string path;  // relative to the hierarchy's root, with a leading slash; "/" for the root
  bool dead = false;
};

class CgroupTree {
 public:
  // root: CgroupHierarchy::root. Empty: a tree without cgroups.
  explicit CgroupTree(std::string root, CgroupTreeOptions options = {});

  // Walks the hierarchy. A cgroup that is not found is dead from now on, unless it lies where the walk could not go.
  // Ids are unique while the kernel runs, so a cgroup made anew under an old name is another one.
  Result<void> refresh(std::uint64_t now_ns);

  // refresh(), if interval_ns has passed since the last one.
  Result<void> refresh_if_due(std::uint64_t now_ns);

  // Asks the kernel for the directory of an unknown id (a file handle of kernfs is the id; CAP_DAC_READ_SEARCH). Where
  // it refuses: walks when the id is unknown (and no walk since min_gap_ns): at most once for each id that a walk did
  // not find. An error of that walk is an error here; the known names stay.
  Result<std::optional<CgroupName>> lookup(CgroupId id, std::uint64_t now_ns);

  std::vector<CgroupId> living() const;  // as of the last walk

  std::size_t size() const { return known_.size(); }
  std::uint64_t walks() const { return walks_; }
  std::uint64_t unreadable_directories() const { return unreadable_.size(); }  // of the last walk

 private:
  struct Entry {
    std::string path;
    std::uint64_t seen_in_walk = 0;
    std::optional<std::uint64_t> dead_since_ns;
  };

  bool find_by_handle(CgroupId id);
  void visit(int root, const std::string& path, std::vector<std::string>& pending);
  void mark_vanished(std::uint64_t now_ns);
  bool is_below_unreadable(const std::string& path) const;

  std::string root_;
  CgroupTreeOptions options_;
  std::unordered_map<CgroupId, Entry> known_;
  std::unordered_set<CgroupId> missing_;  // ids that a walk did not find: they were gone before it and never return
  std::vector<std::string> unreadable_;   // paths
  std::optional<std::uint64_t> last_walk_ns_;
  std::uint64_t walks_ = 0;
};

}  // namespace tmpfstrace
