// SPDX-License-Identifier: Apache-2.0
// The maps that every mode's BPF object has in common (bpf/maps.bpf.h): counters by (cgroup, superblock) and the table
// of superblocks. Read through mmap, given back by programs of ours: why not by map operations is said there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "bpf/ledger_source.h"
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
  ~SlotTable();
  SlotTable(const SlotTable&) = delete;
  SlotTable& operator=(const SlotTable&) = delete;

  // Before the object is loaded.
  void resize(bpf_object* object, const SlotTableSize& size);
  // After it was loaded, before anything is attached. The object must outlive the table.
  Result<void> open(bpf_object* object);

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

  std::uint32_t slots() const { return size_.slots; }
  std::uint32_t superblock_rows() const { return size_.superblocks; }

  // Of what was read last: gives back the rows of superblocks that ended, and of cgroups that ended and hold nothing,
  // after five minutes, or at once when half of the rows are taken. Nothing cumulative shrinks: their counts are added
  // to rows of kEndedCgroups.
  void release_dead(const std::function<bool(CgroupId)>& cgroup_is_dead, std::uint64_t monotonic_ns);

 private:
  tmpfs_counters counters_of(std::uint32_t slot) const;
  bool is_crowded() const;
  bool run(const char* program, std::uint32_t index);
  bool fold_slot(std::uint32_t index);
  void fold_superblock(std::uint32_t row);

  Rules rules_;
  SlotTableSize size_;
  bpf_object* object_ = nullptr;
  const tmpfs_slot* slots_ = nullptr;
  const tmpfs_sb_row* sb_rows_ = nullptr;
  const tmpfs_cpu_line* cpu_lines_ = nullptr;  // null: this mode has none
  std::uint32_t cpus_ = 0;
  std::size_t slots_bytes_ = 0;
  std::size_t cpu_lines_bytes_ = 0;
  std::size_t sb_rows_bytes_ = 0;
  // As they were last read: one pass over all slots a sample. A superblock that was dead before the slots were looked
  // at has taken none since.
  std::vector<std::uint32_t> used_slots_;
  std::vector<std::uint32_t> dead_rows_;
  std::size_t used_rows_ = 0;
  mutable std::unordered_map<CgroupId, std::uint32_t> slot_of_cgroup_;  // one of them; made when first asked for
  std::map<CgroupId, std::uint64_t> dead_since_;                        // CLOCK_MONOTONIC when first found dead
  std::map<SuperblockId, Counters> ended_;  // kNoSuperblock: of superblocks that have ended, too
};

}  // namespace tmpfstrace
