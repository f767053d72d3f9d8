// SPDX-License-Identifier: Apache-2.0
// The exact mode as a ledger source: reads the tracer's shared memory, seeds it, gives back what has died.
#pragma once

#include <map>
#include <memory>

#include "bpf/event_ring.h"
#include "bpf/ledger_source.h"
#include "bpf/tracer.h"
#include "host/host_paths.h"

namespace tmpfstrace {

class ExactLedger : public LedgerSource {
 public:
  static Result<std::unique_ptr<ExactLedger>> start(const HostPaths& paths, const KernelShape& shape,
                                                    const HookPlan& plan, const TracerOptions& options);
  // Goes on with what an earlier run has pinned.
  static Result<std::unique_ptr<ExactLedger>> resume(const HostPaths& paths, LoadedObjects objects,
                                                     const PinNote& note);

  std::vector<HookReport> hooks() const override { return tracer_->hooks(); }
  std::vector<std::string> blind() const override { return blind_; }
  const LoadedObjects* objects() const override { return &tracer_->objects(); }
  Result<void> pin(const Pins& pins, PinNote& note) override;
  Result<void> seed(const std::vector<Superblock>& superblocks, const std::function<bool()>& stop_requested) override;
  void end_seeding() override { tracer_->end_seeding(); }
  Result<LedgerReading> read() override;
  std::string cgroup_name(CgroupId id) const override { return tracer_->table().cgroup_name(id); }
  std::map<std::string, std::uint64_t> losses() const override;
  std::vector<MissedRuns> missed_runs() const override;
  int event_fd() const override { return ring_->fd(); }
  Result<void> drain_events(const EventHandler& handler) override;
  Result<void> drain_files(const FileHandler& handler, std::uint64_t monotonic_ns) override;
  void release_dead(const std::function<bool(CgroupId)>& cgroup_is_dead, std::uint64_t monotonic_ns) override {
    tracer_->table().release_dead(cgroup_is_dead, monotonic_ns);
  }
  void set_overcommit_address(std::uint64_t address) override { tracer_->set_overcommit_address(address); }

 private:
  explicit ExactLedger(HostPaths paths) : paths_(std::move(paths)) {}
  Result<void> open_rings();

  HostPaths paths_;
  std::vector<std::string> blind_;
  bool counts_skipped_runs_ = true;
  std::unique_ptr<Tracer> tracer_;
  std::unique_ptr<EventRing> ring_, files_ring_;  // after the tracer: destroyed first
  std::uint64_t round_ns_ = 0;                    // begin of the telling round
  std::map<std::string, std::uint64_t> walk_losses_;
  std::uint64_t undecodable_events_ = 0;
};

}  // namespace tmpfstrace
