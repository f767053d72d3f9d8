// SPDX-License-Identifier: Apache-2.0
#include "host/kernel_facts.h"

#include <array>

#include "host/cgroup_layout.h"
#include "host/text_file.h"
#include "host/text_parse.h"

namespace tmpfstrace {

namespace {

constexpr std::size_t kConfigMax = 4U << 20;

std::optional<std::string> read_if_possible(const std::string& path, std::size_t max_bytes = kSmallFile) {
  auto text = read_text_file(path, max_bytes);
  if (!text) return std::nullopt;
  return std::move(*text);
}

// v2's list is exact. /proc/cgroups is asked elsewhere: newer kernels leave controllers without v1 out of it.
std::optional<bool> probe_memory_controller(const HostPaths& paths) {
  const auto hierarchy = probe_cgroup_hierarchy(paths);
  if (hierarchy && hierarchy->layout == CgroupLayout::V2) {
    const auto controllers = read_if_possible(hierarchy->root + "/cgroup.controllers");
    if (controllers) return has_word(*controllers, "memory");
  }
  const auto table = read_if_possible(paths.proc + "/cgroups");
  return table ? parse_memory_controller_v1(*table) : std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> parse_effective_capabilities(std::string_view status) {
  const auto value = find_value(status, "CapEff");
  return value ? parse_u64(*value, 16) : std::nullopt;
}

bool has_capability(std::uint64_t capabilities, unsigned int capability) {
  return capability < 64 && ((capabilities >> capability) & 1U) != 0;
}

std::optional<bool> parse_memory_controller_v1(std::string_view proc_cgroups) {
  std::string_view line;
  while (take_line(proc_cgroups, line)) {
    std::array<std::string_view, 4> columns;  // name, hierarchy, number of cgroups, enabled
    bool complete = true;
    for (auto& column : columns) complete = complete && take_word(line, column);
    if (complete && columns[0] == "memory") return columns[3] == "1";
  }
  return std::nullopt;
}

Result<KernelFacts> probe_kernel_facts(const HostPaths& paths) {
  const auto release = read_text_file(paths.proc + "/sys/kernel/osrelease");
  if (!release) return tl::unexpected(release.error());
  const auto version = read_text_file(paths.proc + "/sys/kernel/version");
  if (!version) return tl::unexpected(version.error());

  KernelFacts facts;
  facts.release = trim(*release);
  facts.version = trim(*version);
  facts.preemption = derive_preemption({read_if_possible(paths.sys + "/kernel/debug/sched/preempt"), facts.version,
                                        read_if_possible(paths.proc + "/cmdline"),
                                        read_if_possible(paths.boot + "/config-" + facts.release, kConfigMax)});
  if (const auto status = read_if_possible(paths.proc + "/self/status")) {
    facts.effective_capabilities = parse_effective_capabilities(*status);
  }
  facts.memory_controller = probe_memory_controller(paths);
  return facts;
}

}  // namespace tmpfstrace
