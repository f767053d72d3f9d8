// SPDX-License-Identifier: Apache-2.0
// A ledger without a kernel: the slots lie in memory as the BPF programs would keep them, and are decoded as theirs.
#pragma once

#include <cstdint>
#include <vector>

#include "bpf/ledger_source.h"
#include "tmpfs_abi.h"

namespace tmpfstrace::scale {

class SyntheticLedger : public LedgerSource {
 public:
  std::vector<HookReport> hooks() const override { return {}; }
  std::vector<std::string> blind() const override { return {}; }
  Result<void> seed(const std::vector<Superblock>&, const std::function<bool()>&) override { return {}; }
  Result<LedgerReading> read() override;
  std::string cgroup_name(CgroupId) const override { return "scope"; }
  std::map<std::string, std::uint64_t> losses() const override;
  int event_fd() const override { return -1; }
  const LoadedObjects* objects() const override { return nullptr; }
  Result<void> drain_events(const EventHandler& handler) override;
  // Asks for each slot in use, as SlotTable does, and gives back the slots of dead cgroups at once.
  void release_dead(const std::function<bool(CgroupId)>& cgroup_is_dead, std::uint64_t monotonic_ns) override;

  std::vector<KernelSuperblock>& superblocks() { return superblocks_; }
  std::vector<tmpfs_slot>& slots() { return slots_; }

  // sb_row is an index into superblocks().
  void add_slot(CgroupId cgroup, std::uint32_t sb_row);
  // What one small file, written and in part removed again, leaves in the counters.
  static void count_file(tmpfs_counters& counters);
  // Counts a refusal and holds it ready for drain_events().
  void refuse(tmpfs_slot& slot, std::uint64_t monotonic_ns);

 private:
  std::vector<KernelSuperblock> superblocks_;
  std::vector<tmpfs_slot> slots_;
  std::vector<KernelEvent> events_;
};

}  // namespace tmpfstrace::scale
