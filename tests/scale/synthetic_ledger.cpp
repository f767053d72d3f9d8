// SPDX-License-Identifier: Apache-2.0
#include "synthetic_ledger.h"

#include <cstring>
#include <string>

#include "bpf/decode.h"
#include "model/names.h"

namespace tmpfstrace::scale {

Result<LedgerReading> SyntheticLedger::read() {
  LedgerReading reading;
  reading.superblocks = superblocks_;
  reading.rows.reserve(slots_.size());
  for (const tmpfs_slot& slot : slots_) {
    reading.rows.push_back({slot.cgroup_id, superblocks_.at(slot.sb_row).id, decode_counters(slot.counters)});
  }
  return reading;
}

std::map<std::string, std::uint64_t> SyntheticLedger::losses() const {
  std::map<std::string, std::uint64_t> losses;
  for (int i = 0; i < TMPFS_LOSS_MAX; ++i) losses[std::string(loss_name(static_cast<tmpfs_loss>(i)))] = 0;
  return losses;
}

Result<void> SyntheticLedger::drain_events(const EventHandler& handler) {
  for (const KernelEvent& event : events_) handler(event);
  events_.clear();
  return {};
}

void SyntheticLedger::release_dead(const std::function<bool(CgroupId)>& cgroup_is_dead, std::uint64_t) {
  std::erase_if(slots_, [&](const tmpfs_slot& slot) { return cgroup_is_dead(slot.cgroup_id); });
}

void SyntheticLedger::add_slot(CgroupId cgroup, std::uint32_t sb_row) {
  tmpfs_slot slot{};
  slot.cgroup_id = cgroup;
  slot.sb_row = sb_row;
  slot.in_use = 1;
  std::strncpy(slot.cgroup_name, "scope", sizeof(slot.cgroup_name) - 1);
  slots_.push_back(slot);
}

void SyntheticLedger::count_file(tmpfs_counters& counters) {
  counters.allocated_pages += 3;
  counters.freed_pages += 2;
  counters.written_bytes += 4500;
  counters.write_calls += 3;
  counters.created[TMPFS_KIND_REGULAR] += 3;
  counters.removed[TMPFS_KIND_REGULAR] += 2;
}

void SyntheticLedger::refuse(tmpfs_slot& slot, std::uint64_t monotonic_ns) {
  ++slot.counters.refusals[TMPFS_OP_WRITE][TMPFS_CAUSE_BLOCKS];
  KernelEvent event;
  event.event.monotonic_ns = monotonic_ns;
  event.event.cgroup = slot.cgroup_id;
  event.event.superblock = superblocks_.at(slot.sb_row).id;
  event.event.error = "ENOSPC";
  event.event.comm = "session-writer";
  event.event.file = "session_0123456789abcdef";
  event.event.directory = "/";
  events_.push_back(std::move(event));
}

}  // namespace tmpfstrace::scale
