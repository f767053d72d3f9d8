// SPDX-License-Identifier: Apache-2.0
// Counters of the "syscall" mode, and its records that only user space can attribute. Pure: bytes in, values or a
// refusal out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "bpf/ledger_source.h"
#include "model/result.h"
#include "syscall_abi.h"

namespace tmpfstrace {

struct SyscallRecord {
  KernelEvent details;  // without superblock, cause and names
  bool is_fault = false;
  std::int32_t error = 0;
  std::uint64_t address = 0;
  std::int32_t dirfd = 0;
  std::uint64_t start = 0;  // the inode where the path starts, as the kernel knows it
  std::string path;
  std::string cgroup_name;
  std::uint32_t flags = 0;  // SYSCALL_*
};

// What this mode does not count is absent, never 0: of the created kinds it sees files alone, by open().
Counters decode_syscall_counters(const tmpfs_counters& raw);

// The type field of any record of the ring; absent when the record is too short to have one.
std::optional<std::uint32_t> record_type(const void* data, std::size_t size);

// Checks size, version and every enum and length before anything is used.
Result<SyscallRecord> decode_syscall_record(const void* data, std::size_t size);

}  // namespace tmpfstrace
