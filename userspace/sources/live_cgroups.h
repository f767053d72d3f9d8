// SPDX-License-Identifier: Apache-2.0
// The cgroups of a sample: those with rows in the ledger and their ancestors, with path, owner and memory.
//
// Times are CLOCK_MONOTONIC nanoseconds and are given by the caller.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "bpf/ledger_source.h"
#include "host/cgroup_layout.h"
#include "host/cgroup_tree.h"
#include "model/sample.h"
#include "sources/host_figures.h"
#include "sources/owner_names.h"

namespace tmpfstrace {

class LiveCgroups {
 public:
  explicit LiveCgroups(CgroupHierarchy hierarchy) : hierarchy_(std::move(hierarchy)), tree_(hierarchy_.root) {}

  // Sets sample.cgroups from sample.ledger. Without a ledger those that shared memory is charged to.
  void add_to(Sample& sample, OwnerNames& owners, const LedgerSource* ledger);

  // What is known of its path, or words that stand for one. The ledger may be null.
  std::string path_of(CgroupId id, std::uint64_t now_ns, const LedgerSource* ledger) {
    return path_of(id, tree_.lookup(id, now_ns), ledger);
  }

  bool is_dead(CgroupId id, std::uint64_t now_ns) { return tree_.lookup(id, now_ns).state == CgroupState::Dead; }

  // Since the start: walks and files that failed.
  std::uint64_t unreadable() const { return unreadable_; }

 private:
  static std::string path_of(CgroupId id, const CgroupName& name, const LedgerSource* ledger);
  void add_ancestors(std::vector<Cgroup>& cgroups, OwnerNames& owners, std::uint64_t now_ns);

  CgroupHierarchy hierarchy_;
  CgroupTree tree_;
  MemoryFigures memory_;
  std::uint64_t unreadable_ = 0;
};

}  // namespace tmpfstrace
