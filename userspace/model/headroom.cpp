// SPDX-License-Identifier: Apache-2.0
#include "model/headroom.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace tmpfstrace {
namespace {

std::uint64_t difference(std::uint64_t whole, std::uint64_t part) { return whole > part ? whole - part : 0; }

// What of it may be swapped out. Without swap on the node, nothing.
std::uint64_t swap_room(const CgroupMemory& memory, const std::optional<NodeMemory>& node) {
  const std::uint64_t free = node ? node->swap_free_bytes : 0;
  if (!memory.swap_max) return memory.swap_current ? free : 0;
  return std::min(free, difference(*memory.swap_max, memory.swap_current.value_or(0)));
}

std::optional<std::uint64_t> own_headroom(const CgroupMemory& memory, const std::optional<NodeMemory>& node) {
  if (!memory.memory_max || !memory.memory_current) return std::nullopt;
  const std::uint64_t back = memory.reclaimable_bytes.value_or(0) + swap_room(memory, node);
  return difference(*memory.memory_max, difference(*memory.memory_current, back));
}

std::string_view parent_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == 0 || slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

}  // namespace

std::vector<Headroom> derive_headroom(const std::vector<const Cgroup*>& cgroups,
                                      const std::optional<NodeMemory>& node) {
  std::unordered_map<std::string_view, std::size_t> by_path;
  by_path.reserve(cgroups.size());
  for (std::size_t i = 0; i < cgroups.size(); ++i)
    if (!cgroups[i]->dead) by_path.emplace(cgroups[i]->path, i);

  const std::optional<std::uint64_t> nodes =
      node ? std::optional(node->available_bytes + node->swap_free_bytes) : std::nullopt;
  std::vector<Headroom> all(cgroups.size());
  for (std::size_t i = 0; i < cgroups.size(); ++i) {
    Headroom& least = all[i];
    least.bytes = nodes;
    for (std::string_view path = cgroups[i]->path; path.starts_with('/'); path = parent_of(path)) {
      const auto level = by_path.find(path);
      if (level == by_path.end()) continue;
      const auto bytes = own_headroom(*cgroups[level->second], node);
      if (!bytes || (least.bytes && *least.bytes <= *bytes)) continue;
      least = {bytes, level->second};
    }
  }
  return all;
}

}  // namespace tmpfstrace
