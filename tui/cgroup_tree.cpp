// SPDX-License-Identifier: Apache-2.0
#include "tui/cgroup_tree.h"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "model/known_sum.h"

namespace tmpfstrace {
namespace {

void add(Rates& sum, const Rates& part) {
  add_known(sum.allocated_bytes, part.allocated_bytes);
  add_known(sum.freed_bytes, part.freed_bytes);
  add_known(sum.written_bytes, part.written_bytes);
  add_known(sum.created, part.created);
  add_known(sum.removed, part.removed);
  add_known(sum.refused, part.refused);
}

void add(std::vector<RefusalCount>& sum, const std::vector<RefusalCount>& part) {
  for (const RefusalCount& count : part) {
    const auto same = std::find_if(sum.begin(), sum.end(), [&](const RefusalCount& other) {
      return other.operation == count.operation && other.cause == count.cause;
    });
    if (same == sum.end())
      sum.push_back(count);
    else
      same->count += count.count;
  }
}

void add(CgroupNode& sum, const CgroupNode& part) {
  add_known(sum.resident_bytes, part.resident_bytes);
  add_known(sum.created, part.created);
  add_known(sum.removed, part.removed);
  add_known(sum.refused, part.refused);
  add(sum.refusals, part.refusals);
  add(sum.rates, part.rates);
}

std::string_view parent_path(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 ? std::string_view("/") : path.substr(0, slash);
}

}  // namespace

CgroupShape find_cgroup_shape(const std::vector<const CgroupView*>& cgroups) {
  CgroupShape shape;
  shape.parents.resize(cgroups.size());
  std::unordered_map<std::string_view, std::size_t> by_path;
  by_path.reserve(cgroups.size());
  for (std::size_t i = 0; i < cgroups.size(); ++i) {
    // Of a path that was removed and made again the living one has the children.
    const auto [place, is_first] = by_path.emplace(cgroups[i]->info.path, i);
    if (!is_first && cgroups[place->second]->info.dead && !cgroups[i]->info.dead) place->second = i;
  }
  for (std::size_t i = 0; i < cgroups.size(); ++i) {
    std::string_view path = cgroups[i]->info.path;
    if (!path.starts_with('/')) continue;
    while (path != "/" && !shape.parents[i]) {
      path = parent_path(path);
      const auto found = by_path.find(path);
      if (found != by_path.end()) shape.parents[i] = found->second;
    }
  }
  // A child's path is longer than its parent's.
  shape.order.resize(cgroups.size());
  std::iota(shape.order.begin(), shape.order.end(), std::size_t{0});
  std::sort(shape.order.begin(), shape.order.end(),
            [&](std::size_t a, std::size_t b) { return cgroups[a]->info.path.size() > cgroups[b]->info.path.size(); });
  return shape;
}

const CgroupShape& CgroupShapes::of(const std::vector<const CgroupView*>& cgroups) {
  std::vector<Seen> seen;
  seen.reserve(cgroups.size());
  for (const CgroupView* view : cgroups) seen.push_back({view->info.id, view->info.dead, view->info.path.size()});
  if (seen != seen_) {
    shape_ = find_cgroup_shape(cgroups);
    seen_ = std::move(seen);
  }
  return shape_;
}

std::vector<CgroupNode> list_cgroups(const std::vector<const CgroupView*>& cgroups) {
  std::vector<CgroupNode> nodes;
  nodes.reserve(cgroups.size());
  for (const CgroupView* view : cgroups) {
    const Tally& tally = view->tally;
    nodes.push_back({.resident_bytes = tally.resident_bytes,
                     .created = tally.created,
                     .removed = tally.removed,
                     .refused = tally.refused,
                     .refusals = tally.refusals,
                     .rates = tally.rates});
  }
  return nodes;
}

std::vector<CgroupNode> sum_cgroup_tree(const std::vector<const CgroupView*>& cgroups, const CgroupShape& shape,
                                        std::size_t counted) {
  std::vector<CgroupNode> nodes = list_cgroups(cgroups);
  for (const std::size_t i : shape.order)
    if (shape.parents[i] && i < counted) add(nodes[*shape.parents[i]], nodes[i]);
  return nodes;
}

}  // namespace tmpfstrace
