// SPDX-License-Identifier: Apache-2.0
// Owns the exact mode's BPF object from open to destruction. One per process.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bpf/hook_plan.h"
#include "model/result.h"
#include "tmpfs_abi.h"

struct tmpfs_bpf;  // the generated skeleton
struct bpf_link;

namespace tmpfstrace {

struct TracerOptions {
  std::uint32_t max_slots = 16384;       // (cgroup, superblock) pairs; 784 bytes each
  std::uint32_t max_superblocks = 8192;  // 40 bytes each
  std::uint32_t max_inodes = 1048576;    // allocated as needed
  std::uint32_t events_per_second = 10;  // refusal details per (cgroup, superblock, cause)
  bool memcg_identity = true;            // the memory controller's cgroup, else the default hierarchy's
  bool memcg_v1 = false;
  std::uint64_t mfill_start = 0;  // kallsyms range of shmem_mfill_atomic_pte; 0 when not known
  std::uint64_t mfill_end = 0;
};

struct AttachedHook {
  Hook hook;
  bool attached = false;
  std::string why_not;
};

class Tracer {
 public:
  // Opens, loads, attaches and arms. Fails when an essential hook does not attach, naming it and why.
  static Result<std::unique_ptr<Tracer>> start(const KernelShape& shape, const HookPlan& plan,
                                               const TracerOptions& options);
  ~Tracer();
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;

  const std::vector<AttachedHook>& hooks() const { return hooks_; }

  // Memory shared with the kernel; valid as long as the tracer lives. Counters move while they are read.
  const tmpfs_slot* slots() const { return slots_; }
  std::uint32_t slot_count() const { return slot_count_; }
  const tmpfs_sb_row* sb_rows() const { return sb_rows_; }
  std::uint32_t sb_row_count() const { return sb_row_count_; }
  std::uint64_t loss(tmpfs_loss which) const;

  int ring_fd() const;  // map of the refusal events; owned by the tracer

  // Program runs that the kernel skipped, over all programs; 5.12 and later, else absent (-1).
  std::int64_t recursion_misses() const;

  // While seeding is on, every stat() by this process makes the inode known to the ledger; last_seed() tells how it
  // went.
  enum class Seed { NotTmpfs, Entered, Known, Busy, Full };
  Result<void> begin_seeding();
  void end_seeding();
  Seed last_seed() const;
  void forget_last_seed();

  // Of the kernel's sysctl_overcommit_memory: tells a block refused by the node from one refused by the superblock.
  void set_overcommit_address(std::uint64_t address);

  // Gives an index back to the kernel side. The caller has made sure that nothing can refer to it any more.
  bool retire_slot(std::uint32_t index);
  bool retire_sb_row(std::uint32_t index);

 private:
  Tracer();
  Result<void> load(const KernelShape& shape, const HookPlan& plan, const TracerOptions& options);
  Result<void> fill_free_lists();
  Result<void> map_shared();
  Result<void> attach(const HookPlan& plan);
  Result<bpf_link*> attach_one(const Hook& hook);
  bool run_control(const char* program, std::uint64_t argument);

  // Destruction order: links before the skeleton they were made from.
  struct Handles;
  std::unique_ptr<Handles> handles_;
  std::vector<AttachedHook> hooks_;
  Hook seed_hook_;
  const tmpfs_slot* slots_ = nullptr;
  const tmpfs_sb_row* sb_rows_ = nullptr;
  std::size_t slots_bytes_ = 0;
  std::size_t sb_rows_bytes_ = 0;
  std::uint32_t slot_count_ = 0;
  std::uint32_t sb_row_count_ = 0;
};

}  // namespace tmpfstrace
