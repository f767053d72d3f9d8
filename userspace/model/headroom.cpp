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

// Each level is looked at once: what binds a cgroup is its own limit or what binds its parent.
class Levels {
 public:
  Levels(const std::vector<const Cgroup*>& cgroups, const std::optional<NodeMemory>& node)
      : cgroups_(cgroups), node_(node), known_(cgroups.size()), all_(cgroups.size()) {
    by_path_.reserve(cgroups.size());
    for (std::size_t i = 0; i < cgroups.size(); ++i)
      if (!cgroups[i]->dead) by_path_.emplace(cgroups[i]->path, i);
    if (node) nodes_.bytes = node->available_bytes + node->swap_free_bytes;
  }

  std::vector<Headroom> derive() {
    for (std::size_t i = 0; i < cgroups_.size(); ++i) derive_one(i);
    return std::move(all_);
  }

 private:
  void derive_one(std::size_t i) {
    if (known_[i]) return;
    known_[i] = true;
    all_[i] = above(cgroups_[i]->path);
    const auto own = cgroups_[i]->dead ? std::nullopt : own_headroom(*cgroups_[i], node_);
    if (own && (!all_[i].bytes || *own < *all_[i].bytes)) all_[i] = {own, i};
  }

  // Of the nearest ancestor that is listed.
  Headroom above(std::string_view path) {
    for (path = parent_of(path); !path.empty(); path = parent_of(path)) {
      const auto found = by_path_.find(path);
      if (found == by_path_.end()) continue;
      derive_one(found->second);
      return all_[found->second];
    }
    return nodes_;
  }

  const std::vector<const Cgroup*>& cgroups_;
  const std::optional<NodeMemory>& node_;
  std::unordered_map<std::string_view, std::size_t> by_path_;
  std::vector<bool> known_;
  std::vector<Headroom> all_;
  Headroom nodes_;
};

}  // namespace

std::vector<Headroom> derive_headroom(const std::vector<const Cgroup*>& cgroups,
                                      const std::optional<NodeMemory>& node) {
  return Levels(cgroups, node).derive();
}

}  // namespace tmpfstrace
