// SPDX-License-Identifier: Apache-2.0
// The exact mode's programs: loaded, and owned from open to destruction, or found pinned. One per process.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bpf/hook_plan.h"
#include "bpf/ledger_source.h"
#include "bpf/loaded_objects.h"
#include "bpf/slot_table.h"
#include "model/result.h"
#include "tmpfs_abi.h"

struct tmpfs_bpf;  // the generated skeleton

namespace tmpfstrace {

struct TracerOptions {
  SlotTableSize table;
  std::uint32_t max_inodes = 1048576;    // allocated as needed
  std::uint32_t events_per_second = 10;  // refusal details per (cgroup, superblock, cause)
  bool memcg_identity = true;            // the memory controller's cgroup, else the default hierarchy's
  bool memcg_v1 = false;
  bool tells_files = true;        // names of files that are made and removed, by sample
  std::uint64_t mfill_start = 0;  // kallsyms range of shmem_mfill_atomic_pte; 0 when not known
  std::uint64_t mfill_end = 0;
};

class Tracer {
 public:
  // Opens, loads, attaches and arms. Fails when an essential hook does not attach, naming it and why.
  static Result<std::unique_ptr<Tracer>> start(const KernelShape& shape, const HookPlan& plan,
                                               const TracerOptions& options);
  // Goes on with what an earlier run has pinned.
  static Result<std::unique_ptr<Tracer>> resume(LoadedObjects objects, std::vector<HookReport> hooks);
  ~Tracer();
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;

  const std::vector<HookReport>& hooks() const { return hooks_; }

  const LoadedObjects& objects() const { return objects_; }
  static std::string object_hash();

  Result<void> pin(const Pins& pins, const PinNote& note);

  SlotTable& table() { return table_; }
  const SlotTable& table() const { return table_; }
  std::uint64_t loss(tmpfs_loss which) const;

  int ring_fd() const;        // map of the refusal events; owned by the tracer
  int files_ring_fd() const;  // map of the files made and removed, likewise

  // From now on each CPU may tell of files again, see bpf/file_tells.bpf.h.
  void begin_telling_round();

  // While seeding is on, every stat() by this process makes the inode known to the ledger; last_seed() tells how it
  // went.
  enum class Seed { NotTmpfs, Entered, Known, Busy, Full };
  Result<void> begin_seeding();
  void end_seeding();
  Seed last_seed() const;
  void forget_last_seed();

  // Of the kernel's sysctl_overcommit_memory: tells a block refused by the node from one refused by the superblock.
  void set_overcommit_address(std::uint64_t address);

 private:
  Tracer();
  Result<void> load(const KernelShape& shape, const HookPlan& plan, const TracerOptions& options);
  Result<void> attach(const HookPlan& plan);

  // Destruction order: the table, then the descriptors, then links, then the skeleton they were made from.
  struct Handles;
  std::unique_ptr<Handles> handles_;
  LoadedObjects objects_;
  SlotTable table_;
  std::vector<HookReport> hooks_;
  Hook seed_hook_;
};

}  // namespace tmpfstrace
