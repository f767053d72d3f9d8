// SPDX-License-Identifier: Apache-2.0
// The ABI's records as model types. Pure: bytes in, values or a refusal out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bpf/ledger_source.h"
#include "model/result.h"
#include "tmpfs_abi.h"

namespace tmpfstrace {

constexpr std::uint64_t kPageBytes = 4096;  // amd64; the only page size this project is built for

Counters decode_counters(const tmpfs_counters& raw);

// Nothing is left: all that was allocated has been freed, all that was created has been removed.
bool is_balanced(const tmpfs_counters& raw);

// s_dev (20 bits of minor) as mountinfo prints it.
SuperblockId decode_superblock_id(std::uint32_t kernel_dev, std::uint64_t first_seen_ns);

// A device number is that of one superblock at a time: of several that are not known to be dead the newest lives, and
// the others' end was not seen (mode syscall, where only their address coming again tells it).
void mark_replaced(std::vector<KernelSuperblock>& superblocks);

// Positive errno -> "ENOSPC"; -7 -> "SIGBUS"; 0 -> "". What has no name: "errno 123".
std::string decode_error(std::int32_t error);

// Checks size, version and every enum and length before anything is used. realtime_ns is left 0: no clock here.
Result<KernelEvent> decode_event(const void* data, std::size_t size);
Result<KernelFile> decode_file_event(const void* data, std::size_t size);

}  // namespace tmpfstrace
