// SPDX-License-Identifier: Apache-2.0
// The texts of the memory controller, of /proc/meminfo and of /proc/PID/stat.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "host/memcg_files.h"
#include "host/node_memory.h"
#include "host/process_life.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tmpfstrace;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const MemoryLimit& limit : {parse_memory_max(text), parse_limit_in_bytes(text)})
    if (limit.unlimited && limit.bytes) std::abort();
  (void)parse_shmem_v1(text);
  for (const bool v2 : {true, false}) {
    const auto shmem = v2 ? parse_shmem_v2(text) : parse_shmem_v1(text);
    if (parse_reclaimable(text, v2) && !shmem) std::abort();
  }
  (void)parse_meminfo(text);
  const auto stat = parse_process_stat(text);
  if (stat && stat->state == 0 && text.find('\0') == text.npos) std::abort();
  return 0;
}
