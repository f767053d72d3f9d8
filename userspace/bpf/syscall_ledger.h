// SPDX-License-Identifier: Apache-2.0
// The "syscall" mode as a ledger source: raw tracepoints, for kernels where functions cannot be hooked.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bpf/decode_syscall.h"
#include "bpf/event_ring.h"
#include "bpf/ledger_source.h"
#include "bpf/syscall_programs.h"
#include "host/host_paths.h"

namespace tmpfstrace {

class SyscallLedger : public LedgerSource {
 public:
  static Result<std::unique_ptr<SyscallLedger>> start(const SyscallOptions& options);
  // Goes on with what an earlier run has pinned.
  static Result<std::unique_ptr<SyscallLedger>> resume(LoadedObjects objects, const PinNote& note);

  std::vector<HookReport> hooks() const override { return programs_->hooks(); }
  std::vector<std::string> blind() const override;
  const LoadedObjects* objects() const override { return &programs_->objects(); }
  Result<void> pin(const Pins& pins, PinNote& note) override;
  // What existed before is not counted here.
  Result<void> seed(const std::vector<Superblock>&, const std::function<bool()>&) override { return {}; }

  // Resolves what waits in the ring first, so that a reading holds every refusal that happened before it.
  Result<LedgerReading> read() override;
  std::string cgroup_name(CgroupId id) const override { return programs_->table().cgroup_name(id); }
  std::map<std::string, std::uint64_t> losses() const override;
  std::vector<MissedRuns> missed_runs() const override;

  int event_fd() const override { return ring_->fd(); }
  Result<void> drain_events(const EventHandler& handler) override;
  void release_dead(const std::function<bool(CgroupId)>& cgroup_is_dead, std::uint64_t monotonic_ns) override {
    programs_->table().release_dead(cgroup_is_dead, monotonic_ns);
  }
  void set_overcommit_address(std::uint64_t address) override { programs_->set_overcommit_address(address); }

 private:
  SyscallLedger() = default;
  static Result<std::unique_ptr<SyscallLedger>> over(Result<std::unique_ptr<SyscallPrograms>> programs);
  Result<void> collect();
  void take_record(const void* data, std::size_t size);
  void take_refusal(const void* data, std::size_t size);
  void take_unattributed(const SyscallRecord& record);
  void show(const SyscallRecord& record, std::uint32_t result, std::string file, std::string directory);
  void keep(KernelEvent event);

  HostPaths paths_;
  std::vector<std::string> blind_;  // but what is so of this process alone
  std::unique_ptr<SyscallPrograms> programs_;
  std::unique_ptr<EventRing> ring_;  // after the programs: destroyed first
  std::deque<KernelEvent> waiting_;  // details drained by a reading, not handed over yet
  std::uint64_t undecodable_events_ = 0;
  std::uint64_t details_dropped_ = 0;
};

}  // namespace tmpfstrace
