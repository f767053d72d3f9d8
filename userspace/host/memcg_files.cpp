// SPDX-License-Identifier: Apache-2.0
#include "host/memcg_files.h"

#include <sys/stat.h>

#include <cerrno>

#include "host/text_file.h"
#include "host/text_parse.h"

namespace tmpfstrace {

namespace {

constexpr std::uint64_t kV1Unlimited = 0x7FFFFFFFFFFFF000;

std::optional<std::uint64_t> parse_value(std::string_view memory_stat, std::string_view key) {
  const auto value = find_value(memory_stat, key);
  return value ? parse_u64(*value) : std::nullopt;
}

// Absent when the file is not there, or its cgroup went away while it was open (ENODEV).
Result<std::optional<std::string>> read_optional(int directory, const std::string& name) {
  auto text = read_text_file_at(directory, name);
  if (text) return std::optional<std::string>(std::move(*text));
  if (text.error().code == ENOENT || text.error().code == ENODEV) return std::nullopt;
  return tl::unexpected(text.error());
}

}  // namespace

MemoryLimit parse_memory_max(std::string_view text) {
  if (trim(text) == "max") return {std::nullopt, true};
  return {parse_u64(trim(text)), false};
}

MemoryLimit parse_limit_in_bytes(std::string_view text) {
  const auto bytes = parse_u64(trim(text));
  if (bytes && *bytes >= kV1Unlimited) return {std::nullopt, true};
  return {bytes, false};
}

std::optional<std::uint64_t> parse_shmem_v2(std::string_view memory_stat) { return parse_value(memory_stat, "shmem"); }

std::optional<std::uint64_t> parse_shmem_v1(std::string_view memory_stat) {
  const auto total = parse_value(memory_stat, "total_shmem");
  return total ? total : parse_value(memory_stat, "shmem");
}

std::optional<std::uint64_t> parse_reclaimable(std::string_view memory_stat, bool v2) {
  const auto cache = parse_value(memory_stat, v2 ? "file" : "total_cache");
  const auto shmem = v2 ? parse_shmem_v2(memory_stat) : parse_shmem_v1(memory_stat);
  if (!cache || !shmem) return std::nullopt;
  return *cache > *shmem ? *cache - *shmem : 0;
}

Result<void> read_memcg(const CgroupHierarchy& hierarchy, Cgroup& cgroup) {
  if (hierarchy.root.empty()) return {};
  const std::string path = hierarchy.root + cgroup.path;
  const auto directory = open_directory(path);
  if (!directory) return tl::unexpected(directory.error());
  struct stat facts {};
  if (::fstat(directory->get(), &facts) != 0) return host_failure("stat", path, errno);
  if (facts.st_ino != cgroup.id) return host_failure("find the cgroup at", path, ENOENT);

  const bool v2 = hierarchy.layout == CgroupLayout::V2;
  Result<void> failed;
  const auto text_of = [&](const char* name) -> std::optional<std::string> {
    auto text = read_optional(directory->get(), name);
    if (text) return std::move(*text);
    if (failed) failed = tl::unexpected(text.error());
    return std::nullopt;
  };
  const auto number_in = [&](const char* name) {
    const auto text = text_of(name);
    return text ? parse_u64(trim(*text)) : std::nullopt;  // "max" is no number
  };
  const auto value_in = [&](const char* name, const char* key) {
    const auto text = text_of(name);
    return text ? parse_value(*text, key) : std::nullopt;
  };

  CgroupMemory memory;
  memory.memory_current = number_in(v2 ? "memory.current" : "memory.usage_in_bytes");
  if (const auto limit = text_of(v2 ? "memory.max" : "memory.limit_in_bytes")) {
    const MemoryLimit parsed = v2 ? parse_memory_max(*limit) : parse_limit_in_bytes(*limit);
    memory.memory_max = parsed.bytes;
    memory.memory_unlimited = parsed.unlimited;
  }
  if (v2) {
    memory.memory_high = number_in("memory.high");
    memory.swap_current = number_in("memory.swap.current");
    memory.swap_max = number_in("memory.swap.max");
  }
  memory.oom_kills = value_in(v2 ? "memory.events" : "memory.oom_control", "oom_kill");
  if (const auto stat = text_of("memory.stat")) {
    memory.shmem_bytes = v2 ? parse_shmem_v2(*stat) : parse_shmem_v1(*stat);
    memory.reclaimable_bytes = parse_reclaimable(*stat, v2);
  }
  if (!failed) return failed;
  static_cast<CgroupMemory&>(cgroup) = memory;
  return {};
}

}  // namespace tmpfstrace
