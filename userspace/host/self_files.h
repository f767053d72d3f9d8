// SPDX-License-Identifier: Apache-2.0
// What the kernel's files say of this process's own memory and of its BPF maps.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "host/host_paths.h"
#include "model/result.h"

namespace tmpfstrace {

struct ResidentMemory {
  std::uint64_t rss_bytes = 0;
  std::uint64_t private_bytes = 0;  // neither of a file nor of shared memory; a mapped BPF map counts as a file
};

std::optional<ResidentMemory> parse_statm(std::string_view statm, std::uint64_t page_size);

// Of the process pid, or of this one.
Result<ResidentMemory> read_resident_memory(const HostPaths& paths, std::optional<std::int32_t> pid);

// fdinfo of a BPF map. From 6.4 on the kernel adds up what the map really takes (bpf_map_ops.map_mem_usage): of a hash
// without preallocation the entries there are. Before, it is what all entries together may take: 5.10 what was charged
// against RLIMIT_MEMLOCK, from 5.11 on keys and values alone, which makes 0 of a ring buffer. Its size stands in then.
std::optional<std::uint64_t> parse_map_bytes(std::string_view fdinfo);

// fd: of a BPF map of this process, and of nothing else: on some kernels reading the fdinfo of a link oopses
// (attach_hook in bpf/tracer.cpp). It is no bpf(2) call on the map: no kprobe program is skipped meanwhile
// (bpf/maps.bpf.h).
Result<std::uint64_t> read_map_bytes(const HostPaths& paths, int fd);

}  // namespace tmpfstrace
