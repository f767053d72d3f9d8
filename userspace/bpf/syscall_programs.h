// SPDX-License-Identifier: Apache-2.0
// The "syscall" mode's programs: loaded, and owned from open to destruction, or found pinned. One per process.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bpf/decode_syscall.h"
#include "bpf/ledger_source.h"
#include "bpf/loaded_objects.h"
#include "bpf/slot_table.h"
#include "model/result.h"
#include "syscall_abi.h"

namespace tmpfstrace {

struct SyscallOptions {
  SlotTableSize table;
  std::uint32_t events_per_second = 10;  // refusal details per (cgroup, superblock, cause)
  bool memcg_identity = true;
  bool memcg_v1 = false;
  bool has_rdonly_cast = false;  // this and the next: see KernelShape
  std::set<std::string> tracepoints;
};

class SyscallPrograms {
 public:
  static Result<std::unique_ptr<SyscallPrograms>> start(const SyscallOptions& options);
  // Goes on with what an earlier run has pinned.
  static Result<std::unique_ptr<SyscallPrograms>> resume(LoadedObjects objects, std::vector<HookReport> hooks);
  ~SyscallPrograms();
  SyscallPrograms(const SyscallPrograms&) = delete;
  SyscallPrograms& operator=(const SyscallPrograms&) = delete;

  const std::vector<HookReport>& hooks() const { return hooks_; }

  const LoadedObjects& objects() const { return objects_; }
  static std::string object_hash();

  Result<void> pin(const Pins& pins, const PinNote& note);

  SlotTable& table() { return table_; }
  const SlotTable& table() const { return table_; }
  std::uint64_t loss(tmpfs_loss which) const;
  std::uint64_t loss(syscall_loss which) const;
  void count_loss(syscall_loss which);
  int ring_fd() const;

  bool faults_are_looked_up() const { return faults_are_looked_up_; }  // by the program itself (5.17)
  bool knows_fill() const { return knows_fill_; }        // every CPU's part of a superblock's use can be read
  bool sees_own_pids() const { return sees_own_pids_; }  // false in a pid namespace: /proc has other numbers

  bool is_inode(int fd, std::uint64_t kernel_inode);

  // Counts a refusal on the superblock of `fd` for the record's cgroup. SYSCALL_RESULT_*.
  std::uint32_t count_refusal(int fd, const SyscallRecord& record);

  // Finds superblocks that have ended since the last call. A part of the table each time.
  void look_for_ended_superblocks();

  void set_overcommit_address(std::uint64_t address);

 private:
  SyscallPrograms();
  Result<void> load(const SyscallOptions& options);
  void learn_host();
  void learn_process();
  Result<void> attach();

  struct Handles;
  std::unique_ptr<Handles> handles_;
  LoadedObjects objects_;
  SlotTable table_;
  std::vector<HookReport> hooks_;
  std::uint32_t next_check_ = 0;
  bool faults_are_looked_up_ = false;
  bool knows_fill_ = false;
  bool sees_own_pids_ = true;
};

}  // namespace tmpfstrace
