// SPDX-License-Identifier: Apache-2.0
#include "sources/live_cgroups.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace tmpfstrace {
namespace {

struct PathHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view path) const { return std::hash<std::string_view>{}(path); }
};

}  // namespace

void LiveCgroups::add_to(Sample& sample, OwnerNames& owners, const LedgerSource* ledger) {
  // A walk that fails leaves the names that are known; the next one is due all the same.
  if (!tree_.refresh_if_due(sample.monotonic_ns)) ++unreadable_;
  std::vector<CgroupId> ids = ledger != nullptr ? std::vector<CgroupId>() : tree_.living();
  for (const LedgerRow& row : sample.ledger)
    if (row.cgroup != 0) ids.push_back(row.cgroup);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());

  std::vector<bool> alive;
  sample.cgroups.reserve(ids.size());
  for (const CgroupId id : ids) {
    const CgroupName name =
        id == kEndedCgroups ? CgroupName{CgroupState::Dead, {}} : tree_.lookup(id, sample.monotonic_ns);
    Cgroup cgroup;
    cgroup.id = id;
    cgroup.path = path_of(id, name, ledger);
    cgroup.dead = name.state == CgroupState::Dead;
    cgroup.owner = owners.of_cgroup(id, cgroup.path, sample.monotonic_ns);
    sample.cgroups.push_back(std::move(cgroup));
    alive.push_back(name.state == CgroupState::Alive);
  }
  add_ancestors(sample.cgroups, owners, sample.monotonic_ns);
  alive.resize(sample.cgroups.size(), true);
  unreadable_ += memory_.fill(hierarchy_, sample.ledger, sample.monotonic_ns, alive, sample.cgroups);
  // Polling knows no ledger: a cgroup is of interest when shared memory is charged to it.
  if (ledger == nullptr)
    std::erase_if(sample.cgroups, [](const Cgroup& cgroup) { return cgroup.shmem_bytes == std::uint64_t{0}; });
}

std::string LiveCgroups::path_of(CgroupId id, const CgroupName& name, const LedgerSource* ledger) {
  if (id == TMPFS_CGROUP_NONE) return "(unattributed)";
  if (id == kEndedCgroups) return "(ended cgroups)";
  if (!name.path.empty()) return name.path;
  const std::string last = ledger != nullptr ? ledger->cgroup_name(id) : std::string();
  return "…/" + (last.empty() ? "cgroup " + std::to_string(id) : last);
}

// Their limits bind as well. The root has none.
void LiveCgroups::add_ancestors(std::vector<Cgroup>& cgroups, OwnerNames& owners, std::uint64_t now_ns) {
  const std::size_t given = cgroups.size();  // these are sorted by id
  const auto is_given = [&](CgroupId id) {
    const auto end = cgroups.begin() + static_cast<std::ptrdiff_t>(given);
    const auto at = std::lower_bound(cgroups.begin(), end, id, [](const Cgroup& c, CgroupId of) { return c.id < of; });
    return at != end && at->id == id;
  };
  std::unordered_set<std::string, PathHash, std::equal_to<>> parents;
  for (std::size_t i = 0; i < cgroups.size(); ++i) {
    const std::string_view path = cgroups[i].path;
    if (cgroups[i].dead || !path.starts_with('/')) continue;
    const std::string_view above = path.substr(0, path.rfind('/'));
    if (above.empty() || parents.contains(above)) continue;
    const std::string& parent = *parents.emplace(above).first;
    const auto id = tree_.id_of(parent);
    if (!id || is_given(*id)) continue;  // no id: made since the last walk, or outside our view
    Cgroup cgroup;
    cgroup.id = *id;
    cgroup.path = parent;
    cgroup.owner = owners.of_cgroup(*id, parent, now_ns);
    cgroups.push_back(std::move(cgroup));
  }
}

}  // namespace tmpfstrace
