// SPDX-License-Identifier: Apache-2.0
#include "bpf/exact_ledger.h"

#include <cstddef>
#include <cstring>

#include "bpf/decode.h"
#include "host/seed_walk.h"
#include "model/counters.h"
#include "model/names.h"

namespace tmpfstrace {
namespace {

// An inode that is being written to all the time is asked for again this often before its first event seeds it.
constexpr int kSeedTries = 1000;

std::uint64_t total(const __u64 (&kinds)[TMPFS_KIND_MAX]) {
  // O_TMPFILE inodes are counted as regular ones too.
  std::uint64_t sum = 0;
  for (int kind = 0; kind < TMPFS_KIND_MAX; ++kind)
    if (kind != TMPFS_KIND_TMPFILE) sum += kinds[kind];
  return sum;
}

bool is_balanced(const tmpfs_counters& c) {
  return c.allocated_pages + c.seeded_pages + c.late_pages == c.freed_pages &&
         c.seeded_inodes + c.late_inodes + total(c.created) == total(c.removed);
}

}  // namespace

ExactLedger::ExactLedger(HostPaths paths, HookPlan plan) : paths_(std::move(paths)), plan_(std::move(plan)) {}

Result<std::unique_ptr<ExactLedger>> ExactLedger::start(const HostPaths& paths, const KernelShape& shape,
                                                        const HookPlan& plan, const TracerOptions& options) {
  std::unique_ptr<ExactLedger> ledger(new ExactLedger(paths, plan));
  auto tracer = Tracer::start(shape, plan, options);
  if (!tracer) return tl::unexpected(tracer.error());
  ledger->tracer_ = std::move(*tracer);
  auto ring = EventRing::open(ledger->tracer_->ring_fd());
  if (!ring) return tl::unexpected(ring.error());
  ledger->ring_ = std::move(*ring);
  return ledger;
}

std::string ExactLedger::hooks_name() const { return plan_.flavour == HookFlavour::Fentry ? "fentry" : "kprobe"; }

std::vector<HookReport> ExactLedger::hooks() const {
  std::vector<HookReport> reports;
  for (const AttachedHook& hook : tracer_->hooks())
    reports.push_back({std::string(attach_kind_name(hook.hook.kind)) + " " + hook.hook.function, hook.attached,
                       hook.why_not, hook.hook.without});
  return reports;
}

std::vector<std::string> ExactLedger::blind() const {
  std::vector<std::string> blind = plan_.blind;
  for (const AttachedHook& hook : tracer_->hooks())
    if (!hook.attached) blind.push_back(hook.hook.without + " (" + hook.why_not + ")");
  return blind;
}

Result<void> ExactLedger::seed(const std::vector<Superblock>& superblocks) {
  if (auto begun = tracer_->begin_seeding(); !begun) {
    walk_losses_["seed_unavailable"] = 1;
    return begun;
  }
  std::uint64_t busy = 0;
  const SeedCounts counts = walk(paths_, superblocks, [&](const SeedVisit& visit) {
    for (int i = 0; i < kSeedTries && tracer_->last_seed() == Tracer::Seed::Busy; ++i)
      if (visit.restat() != 0) break;
    if (tracer_->last_seed() == Tracer::Seed::Busy) ++busy;
    tracer_->forget_last_seed();
    return true;
  });
  tracer_->end_seeding();
  std::uint64_t errors = 0;
  for (const auto& [code, count] : counts.errors)
    if (code != ENOENT && code != ESRCH) errors += count;
  walk_losses_["seed_errors"] = errors;
  walk_losses_["seed_busy"] = busy;
  walk_losses_["seed_unreachable_superblocks"] = counts.unreachable.size() + counts.partly_reachable.size();
  walk_losses_["seed_hidden_directories"] = counts.mounts_not_crossed + counts.directories_skipped;
  return {};
}

SuperblockId ExactLedger::superblock_of(std::uint32_t row) const {
  if (row >= tracer_->sb_row_count()) row = 0;
  const tmpfs_sb_row& sb = tracer_->sb_rows()[row];
  return decode_superblock_id(sb.kernel_dev, sb.first_seen_ns);
}

void ExactLedger::read_losses(std::map<std::string, std::uint64_t>& losses) const {
  losses = walk_losses_;
  for (int i = 0; i < TMPFS_LOSS_MAX; ++i) {
    const auto loss = static_cast<tmpfs_loss>(i);
    losses[std::string(loss_name(loss))] = tracer_->loss(loss);
  }
  if (const std::int64_t misses = tracer_->recursion_misses(); misses >= 0)
    losses["recursion_misses"] = static_cast<std::uint64_t>(misses);
  losses["undecodable_events"] = undecodable_events_;
}

Result<LedgerReading> ExactLedger::read() {
  LedgerReading reading;
  for (std::uint32_t i = 1; i < tracer_->sb_row_count(); ++i) {
    const tmpfs_sb_row& row = tracer_->sb_rows()[i];
    if (!row.in_use) continue;
    const char* kind = row.flags & TMPFS_SB_INTERNAL   ? "internal"
                       : row.flags & TMPFS_SB_DEVTMPFS ? "devtmpfs"
                                                       : "tmpfs";
    reading.superblocks.push_back(
        {superblock_of(i), kind, (row.flags & TMPFS_SB_DEAD) != 0, (row.flags & TMPFS_SB_NEW) != 0});
  }
  for (std::uint32_t i = 0; i < tracer_->slot_count(); ++i) {
    const tmpfs_slot& slot = tracer_->slots()[i];
    if (!slot.in_use) continue;
    if (i == 0 && is_balanced(slot.counters) && slot.counters.allocated_pages == 0 && total(slot.counters.created) == 0)
      continue;  // nothing ever went to the slot of no superblock
    reading.rows.push_back({slot.cgroup_id, superblock_of(slot.sb_row), decode_counters(slot.counters)});
    if (slot.cgroup_id != 0 && slot.cgroup_name[0] != 0)
      reading.cgroup_names.emplace(slot.cgroup_id,
                                   std::string(slot.cgroup_name, strnlen(slot.cgroup_name, TMPFS_CGROUP_NAME_LEN)));
  }
  for (const auto& [superblock, counters] : ended_) reading.rows.push_back({kEndedCgroups, superblock, counters});
  read_losses(reading.losses);
  return reading;
}

Result<void> ExactLedger::drain_events(const EventHandler& handler) {
  return ring_->drain([&](const void* data, std::size_t size) {
    auto event = decode_event(data, size);
    if (!event) {
      ++undecodable_events_;
      return;
    }
    // The generation is user space's name for the kernel's row.
    std::uint32_t row = 0;
    std::memcpy(&row, static_cast<const char*>(data) + offsetof(tmpfs_event, sb_row), sizeof(row));
    event->event.superblock = superblock_of(row);
    handler(*event);
  });
}

void ExactLedger::release_dead(const std::function<bool(CgroupId)>& cgroup_is_dead) {
  std::uint32_t used = 0;
  for (std::uint32_t i = 0; i < tracer_->slot_count(); ++i) used += tracer_->slots()[i].in_use;
  std::uint32_t rows_used = 0;
  for (std::uint32_t i = 0; i < tracer_->sb_row_count(); ++i) rows_used += tracer_->sb_rows()[i].in_use;
  // Names and counts of the dead are worth keeping as long as there is room.
  if (used * 2 < tracer_->slot_count() && rows_used * 2 < tracer_->sb_row_count()) return;

  std::set<std::uint32_t> rows_in_use;
  for (std::uint32_t i = 1; i < tracer_->slot_count(); ++i) {
    const tmpfs_slot& slot = tracer_->slots()[i];
    if (!slot.in_use || slot.sb_row >= tracer_->sb_row_count()) continue;
    const bool sb_dead = (tracer_->sb_rows()[slot.sb_row].flags & TMPFS_SB_DEAD) != 0;
    const bool owner_gone = slot.cgroup_id != TMPFS_CGROUP_NONE && cgroup_is_dead(slot.cgroup_id);
    const std::uint32_t row = slot.sb_row;
    if (sb_dead || (owner_gone && is_balanced(slot.counters))) {
      const SuperblockId superblock = superblock_of(row);
      const Counters counters = decode_counters(slot.counters);
      if (tracer_->retire_slot(i)) {
        add_counters(ended_[superblock], counters);
        continue;
      }
    }
    rows_in_use.insert(row);
  }
  for (std::uint32_t i = 1; i < tracer_->sb_row_count(); ++i) {
    const tmpfs_sb_row& row = tracer_->sb_rows()[i];
    if (row.in_use && (row.flags & TMPFS_SB_DEAD) && rows_in_use.count(i) == 0) tracer_->retire_sb_row(i);
  }
}

}  // namespace tmpfstrace
