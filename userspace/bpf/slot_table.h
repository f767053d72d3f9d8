// SPDX-License-Identifier: Apache-2.0
// The maps that every mode's BPF object has in common (bpf/maps.bpf.h): counters by (cgroup, superblock) and the table
// of superblocks. Read through mmap, given back by programs of ours: why not by map operations is said there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "bpf/ledger_source.h"
#include "bpf/loaded_objects.h"
#include "model/result.h"
#include "tmpfs_abi.h"

struct bpf_object;

namespace tmpfstrace {

struct SlotTableSize {
  std::uint32_t slots = 24576;       // (cgroup, superblock) pairs; 936 bytes each
  std::uint32_t superblocks = 8192;  // 40 bytes each
};

class SlotTable {
 public:
  // How a mode reads the counters, and when it can do without those of a cgroup that has gone.
  struct Rules {
    Counters (*decode)(const tmpfs_counters&);
    bool (*is_settled)(const tmpfs_counters&);
  };

  explicit SlotTable(Rules rules) : rules_(rules) {}
  SlotTable(const SlotTable&) = delete;
  SlotTable& operator=(const SlotTable&) = delete;

  // Before the object is loaded.
  static void resize(bpf_object* object, const SlotTableSize& size);
  // After it was loaded. The objects must outlive the table.
  Result<void> open(const LoadedObjects& objects);
  // Then one of the two: of new maps, before anything is attached; or of pinned ones, with what the last run left half
  // done.
  Result<void> prepare();
  void resume();

  // What the programs and user space tell each other; from open() on.
  tmpfs_common& common() const { return *common_; }

  // The kernel's counters go on moving while they are read; none is read twice or left out while it moves from a CPU's
  // line into its slot.
  void read(LedgerReading& reading);

  // Of a cgroup that the last reading had; empty: of no other.
  std::string cgroup_name(CgroupId id) const;

  // The superblock's identity; 0:0 for row 0, where events go that found no row, and for what is out of range.
  SuperblockId superblock_of_row(std::uint32_t row) const;
  SuperblockId superblock_of_slot(std::uint32_t slot) const;  // slot < slots()

  // Completes the identity of the event's superblock, whose device alone is in the record.
  void name_superblock(KernelEvent& event) const {
    if (event.sb_row != 0) event.event.superblock = superblock_of_row(event.sb_row);
  }

  std::uint32_t slots() const { return slots_memory_.entries(); }
  std::uint32_t superblock_rows() const { return sb_rows_memory_.entries(); }

  // Of what was read last: gives back the rows of superblocks that ended, and of cgroups that ended and hold nothing,
  // after five minutes, or at once when half of the rows are taken. Nothing cumulative shrinks: their counts are added
  // to rows of kEndedCgroups, in the kernel, so that none is lost with this process.
  void release_dead(const std::function<bool(CgroupId)>& cgroup_is_dead, std::uint64_t monotonic_ns);

 private:
  tmpfs_counters counters_of(std::uint32_t slot) const;
  bool is_crowded() const;
  bool run(const char* program, std::initializer_list<std::uint64_t> arguments);
  bool retire_slot(std::uint32_t index) { return run("c_retire_slot", {index}); }
  // A retired one. Of a superblock that is over: its counts are nobody's, in row 0.
  bool fold_slot(std::uint32_t index, bool superblock_is_over);

  Rules rules_;
  const LoadedObjects* objects_ = nullptr;
  MapMemory slots_memory_, sb_rows_memory_, cpu_lines_memory_, common_memory_;
  const tmpfs_slot* slots_ = nullptr;
  const tmpfs_sb_row* sb_rows_ = nullptr;
  const tmpfs_cpu_line* cpu_lines_ = nullptr;  // null: this mode has none
  tmpfs_common* common_ = nullptr;
  std::uint32_t cpus_ = 0;
  // As they were last read: one pass over all slots a sample. A superblock that was dead before the slots were looked
  // at has taken none since.
  std::vector<std::uint32_t> used_slots_;
  std::vector<std::uint32_t> dead_rows_;
  std::size_t used_rows_ = 0;
  mutable std::unordered_map<CgroupId, std::uint32_t> slot_of_cgroup_;  // one of them; made when first asked for
  std::map<CgroupId, std::uint64_t> dead_since_;                        // CLOCK_MONOTONIC when first found dead
};

}  // namespace tmpfstrace
