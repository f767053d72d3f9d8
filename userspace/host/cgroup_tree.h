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
  CgroupId hierarchy_root = 1;               // kernfs gives 1 to a hierarchy's root: any other root shows a part of it
  std::uint64_t grace_ns = 600'000'000'000;  // how long a vanished cgroup keeps its name
  std::uint64_t interval_ns = 30'000'000'000;  // a walk is due this long after the last
  std::uint64_t min_gap_ns = 1'000'000'000;    // no unknown id causes a walk sooner than this after the last
  std::size_t step = 500;                      // directories that refresh_if_due() visits at most
};

// Unknown: it may live where we cannot look. Only Dead is proof that nobody is in it any more.
enum class CgroupState { Alive, Dead, Unknown };

struct CgroupName {
  CgroupState state = CgroupState::Unknown;
  std::string path;  // relative to the root, with a leading slash; "/" for the root; empty: not known
};

class CgroupTree {
 public:
  // root: CgroupHierarchy::root. Empty: a tree without cgroups.
  explicit CgroupTree(std::string root, CgroupTreeOptions options = {});

  // Walks the hierarchy, all of it. A cgroup that is not found is dead from now on, unless it lies where the walk could
  // not go. Ids are unique while the kernel runs, so a cgroup made anew under an old name is another one.
  Result<void> refresh(std::uint64_t now_ns);

  // The same in steps, a step a call, when interval_ns has passed since the last walk began; the first walk at once.
  // What comes while one is under way is found by its id.
  Result<void> refresh_if_due(std::uint64_t now_ns);

  // Asks the kernel for the directory of an id that is not known (a file handle of kernfs is the id): ESTALE is proof
  // of death. Where the kernel refuses (CAP_DAC_READ_SEARCH) or the path lies outside our root (a cgroup namespace of
  // our own) a walk follows, no sooner than min_gap_ns after the last. It settles all the ids that were asked for
  // before: one that a walk of the whole hierarchy did not meet is dead, after any other walk it stays unknown and is
  // asked for again after interval_ns.
  CgroupName lookup(CgroupId id, std::uint64_t now_ns);

  std::vector<CgroupId> living() const;  // as of the last walk

  // Of a living one that a walk met or that was looked up.
  std::optional<CgroupId> id_of(const std::string& path) const;

  std::uint64_t walks() const { return walks_; }

 private:
  struct Entry {
    std::string path;
    std::uint64_t seen_in_walk = 0;
    std::optional<std::uint64_t> dead_since_ns;
  };

  struct Asked {
    std::uint64_t asked_ns = 0;
    std::uint64_t walks = 0;  // begun by then: a later one settles it
    bool walked = false;      // one did not
  };

  CgroupState find_by_handle(CgroupId id);
  void ask(CgroupId id, std::uint64_t now_ns);
  void settle_asked(bool whole);
  void add_missing(CgroupId id);
  void note_alive(CgroupId id, const std::string& path);
  void begin_walk(std::uint64_t now_ns);
  Result<void> walk(std::uint64_t now_ns, std::size_t most);
  void end_walk(int root, std::uint64_t now_ns);
  void visit(int root, const std::string& path);
  void mark_vanished(std::uint64_t now_ns);
  bool is_below_unreadable(const std::string& path) const;

  std::string root_;
  CgroupTreeOptions options_;
  std::unordered_map<CgroupId, Entry> known_;
  std::unordered_map<std::string, CgroupId> by_path_;  // the last that had the path
  std::unordered_map<CgroupId, Asked> asked_;          // not settled yet
  std::unordered_set<CgroupId> missing_;               // dead before they were found: ids never return
  std::vector<std::string> unreadable_;                // paths
  std::vector<std::string> pending_;                   // paths; empty: no walk is under way
  std::optional<std::uint64_t> last_walk_ns_;          // when it began
  std::uint64_t walks_ = 0;
};

}  // namespace tmpfstrace
