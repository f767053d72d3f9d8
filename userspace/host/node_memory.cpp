// SPDX-License-Identifier: Apache-2.0
#include "host/node_memory.h"

#include <limits>

#include "host/text_file.h"
#include "host/text_parse.h"

namespace tmpfstrace {
namespace {

// "MemTotal:       24684868 kB"
std::optional<std::uint64_t> value_of(std::string_view meminfo, std::string_view key) {
  std::string_view line;
  while (take_line(meminfo, line)) {
    std::string_view name, number;
    if (!take_word(line, name) || name != key || !take_word(line, number)) continue;
    const auto kib = parse_u64(number);
    if (!kib || *kib > std::numeric_limits<std::uint64_t>::max() / 1024) return std::nullopt;
    return *kib * 1024;
  }
  return std::nullopt;
}

}  // namespace

std::optional<NodeMemory> parse_meminfo(std::string_view meminfo) {
  const auto total = value_of(meminfo, "MemTotal:");
  const auto available = value_of(meminfo, "MemAvailable:");
  if (!total || !available) return std::nullopt;
  return NodeMemory{*total, *available, value_of(meminfo, "SwapFree:").value_or(0)};
}

std::optional<NodeMemory> read_node_memory(const HostPaths& paths) {
  const auto text = read_text_file(paths.proc + "/meminfo");
  return text ? parse_meminfo(*text) : std::nullopt;
}

}  // namespace tmpfstrace
