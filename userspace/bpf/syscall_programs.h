// SPDX-License-Identifier: Apache-2.0
// Owns the "syscall" mode's BPF object from open to destruction. One per process.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bpf/decode_syscall.h"
#include "bpf/ledger_source.h"
#include "model/result.h"
#include "syscall_abi.h"

namespace tmpfstrace {

struct SyscallOptions {
  std::uint32_t max_slots = 16384;
  std::uint32_t max_superblocks = 8192;
  std::uint32_t events_per_second = 10;  // refusal details per (cgroup, superblock, cause)
  bool memcg_identity = true;
  bool memcg_v1 = false;
};

class SyscallPrograms {
 public:
  static Result<std::unique_ptr<SyscallPrograms>> start(const SyscallOptions& options);
  ~SyscallPrograms();
  SyscallPrograms(const SyscallPrograms&) = delete;
  SyscallPrograms& operator=(const SyscallPrograms&) = delete;

  const std::vector<HookReport>& hooks() const { return hooks_; }

  // Memory shared with the kernel; valid as long as this lives. Counters move while they are read.
  const tmpfs_slot* slots() const { return slots_; }
  std::uint32_t slot_count() const { return slot_count_; }
  const tmpfs_sb_row* sb_rows() const { return sb_rows_; }
  std::uint32_t sb_row_count() const { return sb_row_count_; }
  std::uint64_t loss(tmpfs_loss which) const;
  std::uint64_t loss(syscall_loss which) const;
  std::int64_t recursion_misses() const;  // -1: this kernel does not tell
  int ring_fd() const;

  bool faults_are_looked_up() const { return faults_are_looked_up_; }  // by the program itself (5.17)
  bool knows_fill() const { return knows_fill_; }        // every CPU's part of a superblock's use can be read
  bool sees_own_pids() const { return sees_own_pids_; }  // false in a pid namespace: /proc has other numbers

  bool is_inode(int fd, std::uint64_t kernel_inode);

  // Counts a refusal on the superblock of `fd` for the record's cgroup. SYSCALL_RESULT_*.
  std::uint32_t count_refusal(int fd, const SyscallRecord& record);

  // Finds superblocks that have ended since the last call. A part of the table each time.
  void look_for_ended_superblocks();

  bool retire_slot(std::uint32_t index);
  bool retire_sb_row(std::uint32_t index);
  void set_overcommit_address(std::uint64_t address);

 private:
  SyscallPrograms();
  Result<void> load(const SyscallOptions& options);
  Result<void> fill_free_lists();
  Result<void> map_shared();
  void learn_host();
  Result<void> attach();

  struct Handles;
  std::unique_ptr<Handles> handles_;
  std::vector<HookReport> hooks_;
  const tmpfs_slot* slots_ = nullptr;
  const tmpfs_sb_row* sb_rows_ = nullptr;
  std::size_t slots_bytes_ = 0;
  std::size_t sb_rows_bytes_ = 0;
  std::uint32_t slot_count_ = 0;
  std::uint32_t sb_row_count_ = 0;
  std::uint32_t next_check_ = 0;
  bool faults_are_looked_up_ = false;
  bool knows_fill_ = false;
  bool sees_own_pids_ = true;
};

}  // namespace tmpfstrace
