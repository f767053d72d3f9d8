// SPDX-License-Identifier: Apache-2.0
#include "bpf/exact_ledger.h"

#include <algorithm>
#include <cerrno>

#include "bpf/decode.h"
#include "bpf/pins.h"
#include "bpf/programs.h"
#include "host/seed_walk.h"
#include "model/names.h"

namespace tmpfstrace {
namespace {

// An inode that is being written to all the time is asked for again this often before its first event seeds it.
constexpr int kSeedTries = 1000;
// Samples may be more frequent; what telling costs is not to depend on that.
constexpr std::uint64_t kTellingRound = 1'000'000'000;
constexpr const char* kCountsSkippedRuns = "counts_skipped_runs";

}  // namespace

Result<void> ExactLedger::open_rings() {
  auto ring = EventRing::open(tracer_->ring_fd());
  if (!ring) return tl::unexpected(ring.error());
  ring_ = std::move(*ring);
  auto files_ring = EventRing::open(tracer_->files_ring_fd());
  if (!files_ring) return tl::unexpected(files_ring.error());
  files_ring_ = std::move(*files_ring);
  return {};
}

Result<std::unique_ptr<ExactLedger>> ExactLedger::start(const HostPaths& paths, const KernelShape& shape,
                                                        const HookPlan& plan, const TracerOptions& options) {
  std::unique_ptr<ExactLedger> ledger(new ExactLedger(paths));
  auto tracer = Tracer::start(shape, plan, options);
  if (!tracer) return tl::unexpected(tracer.error());
  ledger->tracer_ = std::move(*tracer);
  ledger->blind_ = plan.blind;
  add_missing_hooks(ledger->tracer_->hooks(), ledger->blind_);
  ledger->counts_skipped_runs_ = plan.counts_skipped_runs;
  if (auto opened = ledger->open_rings(); !opened) return tl::unexpected(opened.error());
  return ledger;
}

Result<std::unique_ptr<ExactLedger>> ExactLedger::resume(const HostPaths& paths, LoadedObjects objects,
                                                         const PinNote& note) {
  std::unique_ptr<ExactLedger> ledger(new ExactLedger(paths));
  auto tracer = Tracer::resume(std::move(objects), note.hooks);
  if (!tracer) return tl::unexpected(tracer.error());
  ledger->tracer_ = std::move(*tracer);
  ledger->blind_ = note.blind;
  ledger->walk_losses_ = note.losses;
  ledger->counts_skipped_runs_ = note.fact(kCountsSkippedRuns);
  if (auto opened = ledger->open_rings(); !opened) return tl::unexpected(opened.error());
  return ledger;
}

Result<void> ExactLedger::pin(const Pins& pins, PinNote& note) {
  note.hooks = tracer_->hooks();
  note.blind.insert(note.blind.begin(), blind_.begin(), blind_.end());
  note.losses = walk_losses_;
  note.facts[kCountsSkippedRuns] = counts_skipped_runs_;
  return tracer_->pin(pins, note);
}

Result<void> ExactLedger::seed(const std::vector<Superblock>& superblocks,
                               const std::function<bool()>& stop_requested) {
  if (auto begun = tracer_->begin_seeding(); !begun) {
    walk_losses_["seed_unavailable"] = 1;
    return begun;
  }
  std::uint64_t busy = 0;
  const WalkCounts counts = walk(paths_, superblocks, [&](const InodeVisit& visit) {
    for (int i = 0; i < kSeedTries && tracer_->last_seed() == Tracer::Seed::Busy; ++i)
      if (visit.restat() != 0) break;
    if (tracer_->last_seed() == Tracer::Seed::Busy) ++busy;
    tracer_->forget_last_seed();
    return !stop_requested();
  });
  std::uint64_t errors = 0;
  for (const auto& [code, count] : counts.errors)
    if (code != ENOENT && code != ESRCH) errors += count;
  // A later walk is over some superblocks only: what an earlier one could not see may still be so.
  const auto keep_most = [this](const char* loss, std::uint64_t count) {
    walk_losses_[loss] = std::max(walk_losses_[loss], count);
  };
  keep_most("seed_errors", errors);
  keep_most("seed_busy", busy);
  keep_most("seed_unreachable_superblocks", counts.unreachable.size() + counts.partly_reachable.size());
  keep_most("seed_hidden_directories", counts.mounts_not_crossed + counts.directories_skipped);
  if (counts.stopped) return fail("the walk was stopped before its end", "", EINTR);
  return {};
}

std::map<std::string, std::uint64_t> ExactLedger::losses() const {
  auto losses = walk_losses_;
  for (int i = 0; i < TMPFS_LOSS_MAX; ++i) {
    const auto loss = static_cast<tmpfs_loss>(i);
    losses[std::string(loss_name(loss))] = tracer_->loss(loss);
  }
  losses["undecodable_events"] = undecodable_events_;
  return losses;
}

std::vector<MissedRuns> ExactLedger::missed_runs() const {
  if (!counts_skipped_runs_) return {};
  return tmpfstrace::missed_runs(tracer_->objects());
}

Result<LedgerReading> ExactLedger::read() {
  LedgerReading reading;
  tracer_->table().read(reading);
  return reading;
}

Result<void> ExactLedger::drain_events(const EventHandler& handler) {
  return ring_->drain([&](const void* data, std::size_t size) {
    auto event = decode_event(data, size);
    if (!event) {
      ++undecodable_events_;
      return;
    }
    tracer_->table().name_superblock(*event);
    handler(*event);
  });
}

Result<void> ExactLedger::drain_files(const FileHandler& handler, std::uint64_t monotonic_ns) {
  const Result<void> drained = files_ring_->drain([&](const void* data, std::size_t size) {
    auto file = decode_file_event(data, size);
    if (!file) {
      ++undecodable_events_;
      return;
    }
    const SuperblockId named = tracer_->table().superblock_of_row(file->sb_row);
    // The row may have become another superblock's.
    if (named.major != file->superblock.major || named.minor != file->superblock.minor) return;
    file->superblock = named;
    handler(*file);
  });
  if (monotonic_ns >= round_ns_ + kTellingRound) {
    round_ns_ = monotonic_ns;
    tracer_->begin_telling_round();
  }
  return drained;
}

}  // namespace tmpfstrace
