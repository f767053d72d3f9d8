// SPDX-License-Identifier: Apache-2.0
#include "model/writers.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>

namespace tmpfstrace {
namespace {

constexpr double kLeastShare = 0.01;

struct Part {
  CgroupId cgroup = 0;
  double allocated = 0;  // a second
  double resident = 0;
  double written = 0;
};

using Parts = std::unordered_map<SuperblockId, std::vector<Part>, IdHash>;

bool is_filled(const Superblock& info) {
  return !info.dead && info.kind == "tmpfs" && info.used_bytes.value_or(0) != 0;
}

Parts parts_of_ledger(const Snapshot& snapshot) {
  std::unordered_set<SuperblockId, IdHash> filled;
  for (const SuperblockView& view : snapshot.superblocks)
    if (is_filled(view.info)) filled.insert(view.info.id);
  Parts parts;
  for (const LedgerView& row : snapshot.ledger) {
    if (row.cgroup == 0 || row.cgroup == kEndedCgroups || !filled.contains(row.superblock)) continue;
    const Part part{row.cgroup, row.tally.rates.allocated_bytes.value_or(0),
                    static_cast<double>(std::max<std::int64_t>(row.tally.resident_bytes.value_or(0), 0)),
                    static_cast<double>(row.tally.counters.written_bytes.value_or(0))};
    if (part.allocated > 0 || part.resident > 0 || part.written > 0) parts[row.superblock].push_back(part);
  }
  return parts;
}

// The containers of each pod, and those that are in none.
class Containers {
 public:
  explicit Containers(const Snapshot& snapshot) {
    for (const CgroupView& view : snapshot.cgroups)
      if (view.info.owner != nullptr && view.info.owner->kind == "container" && !view.info.dead)
        by_key_.emplace(key_of(*view.info.owner), &view.info);
  }

  std::vector<Part> parts_of(const OwnerRef& owner) const {
    std::vector<Part> parts;
    if (owner == nullptr || key_of(*owner).empty()) return parts;
    const auto [begin, end] = by_key_.equal_range(key_of(*owner));
    for (auto at = begin; at != end; ++at)
      parts.push_back({at->second->id, 0, static_cast<double>(at->second->shmem_bytes.value_or(0)), 0});
    return parts;
  }

 private:
  static const std::string& key_of(const Owner& owner) {
    return owner.pod_uid.empty() ? owner.container_id : owner.pod_uid;
  }

  std::unordered_multimap<std::string_view, const Cgroup*> by_key_;
};

double sum_of(const std::vector<Part>& parts, double Part::*member) {
  double sum = 0;
  for (const Part& part : parts) sum += part.*member;
  return sum;
}

class HeadroomOf {
 public:
  HeadroomOf(const Snapshot& snapshot, const CgroupIndex& index) : snapshot_(snapshot), index_(index) {}

  // The cgroup whose limit binds the writer, which is filled in; absent: none does. What the node leaves is no limit of
  // his.
  std::optional<std::size_t> fill(TmpfsWriter& writer) const {
    const auto found = index_.find(writer.cgroup);
    if (found == index_.end()) return std::nullopt;
    const Headroom& headroom = snapshot_.cgroups[found->second].headroom;
    if (!headroom.binding) return std::nullopt;
    writer.headroom = headroom.bytes;
    writer.memory_limit = snapshot_.cgroups[*headroom.binding].info.memory_max;
    return headroom.binding;
  }

 private:
  const Snapshot& snapshot_;
  const CgroupIndex& index_;
};

std::vector<TmpfsWriter> writers_of(std::vector<Part> parts, bool seen_writing, const HeadroomOf& headroom) {
  std::vector<TmpfsWriter> writers;
  for (double Part::*const by : {&Part::allocated, &Part::resident, &Part::written}) {
    const double whole = sum_of(parts, by);
    if (whole <= 0) continue;
    // Those that one limit binds use it up together, under the name of the one that does most: the limit of a pod is
    // that of all its containers.
    std::stable_sort(parts.begin(), parts.end(), [by](const Part& a, const Part& b) { return a.*by > b.*by; });
    std::unordered_map<std::size_t, std::size_t> bound;  // the cgroup with the limit -> which writer
    for (const Part& part : parts) {
      TmpfsWriter writer{.cgroup = part.cgroup,
                         .share = part.*by / whole,
                         .headroom = {},
                         .memory_limit = {},
                         .seen_writing = seen_writing};
      if (writer.share < kLeastShare) continue;
      const auto binding = headroom.fill(writer);
      const auto known = binding ? bound.find(*binding) : bound.end();
      if (known != bound.end()) {
        writers[known->second].share += writer.share;
        continue;
      }
      if (binding) bound.emplace(*binding, writers.size());
      writers.push_back(writer);
    }
    break;
  }
  std::stable_sort(writers.begin(), writers.end(),
                   [](const TmpfsWriter& a, const TmpfsWriter& b) { return a.share > b.share; });
  return writers;
}

}  // namespace

std::unordered_map<SuperblockId, std::vector<TmpfsWriter>, IdHash> find_writers(const Snapshot& snapshot,
                                                                                const CgroupIndex& index) {
  const Parts ledger = parts_of_ledger(snapshot);
  const HeadroomOf headroom(snapshot, index);
  const Containers containers(snapshot);
  std::unordered_map<SuperblockId, std::vector<TmpfsWriter>, IdHash> all;
  for (const SuperblockView& view : snapshot.superblocks) {
    if (!is_filled(view.info)) continue;
    const auto parts = ledger.find(view.info.id);
    auto writers = parts != ledger.end() ? writers_of(parts->second, true, headroom)
                                         : writers_of(containers.parts_of(view.info.owner), false, headroom);
    if (!writers.empty()) all.emplace(view.info.id, std::move(writers));
  }
  return all;
}

}  // namespace tmpfstrace
