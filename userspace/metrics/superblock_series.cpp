// SPDX-License-Identifier: Apache-2.0
#include "metrics/superblock_series.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "model/mounts.h"
#include "model/names.h"
#include "model/owner.h"

namespace tmpfstrace {
namespace {

double number(const std::optional<std::uint64_t>& value) { return static_cast<double>(value.value_or(0)); }

// By how much a counter has grown; one that went backwards is another one.
double growth(const std::optional<std::uint64_t>& now, const std::optional<std::uint64_t>& before) {
  return number(now) >= number(before) ? number(now) - number(before) : number(now);
}

// As the pod or container has it, also while none of its processes is there to be looked at: a /dev/shm that only the
// node has a name for must not be another series.
std::string mount_label(const Superblock& superblock) {
  if (superblock.kind == "internal") return "(memfd, SysV)";
  std::string mount = shortest_mount(superblock);
  const OwnerRef owner = owner_of_mount_point(mount);
  return owner != nullptr && owner->volume.empty() ? "/dev/shm" : mount;
}

MetricLabels labels_for(const Superblock& superblock) {
  MetricLabels labels;
  add_label(labels, "device", device_text(superblock.id));
  add_label(labels, "mount", mount_label(superblock));
  if (superblock.owner == nullptr) return labels;
  add_label(labels, "owner", owner_text(*superblock.owner));
  add_label(labels, "namespace", superblock.owner->k8s_namespace);
  add_label(labels, "pod", superblock.owner->pod_name);
  add_label(labels, "volume", superblock.owner->volume);
  return labels;
}

const RefusalCount* find_refusal(const std::vector<RefusalCount>& refusals, const RefusalCount& like) {
  const auto found = std::ranges::find_if(refusals, [&](const RefusalCount& other) {
    return other.operation == like.operation && other.cause == like.cause;
  });
  return found == refusals.end() ? nullptr : &*found;
}

}  // namespace

const SuperblockView* SuperblockSeries::before(const SuperblockId& id) const {
  const auto found = previous_index_.find(id);
  return found == previous_index_.end() ? nullptr : &previous_->superblocks[found->second];
}

const MetricLabels* SuperblockSeries::labels_of(const SuperblockId& id) const {
  const auto found = served_.find(id);
  return found == served_.end() ? nullptr : &found->second.labels;
}

bool SuperblockSeries::is_worth_a_place(const SuperblockView& view) const {
  return limits_.all || view.info.used_bytes.value_or(0) >= limits_.min_used_bytes ||
         view.info.inodes_used.value_or(0) >= limits_.min_used_inodes || view.tally.refused.value_or(0) != 0 ||
         problems_.contains(view.info.id);
}

void SuperblockSeries::add(const std::shared_ptr<const Snapshot>& snapshot, FamilySet& families) {
  ++round_;
  folded_ = 0;
  problems_.clear();
  for (const Verdict& verdict : snapshot->verdicts)
    if (verdict.superblock) problems_.insert(*verdict.superblock);
  sums_.size = sums_.used = 0;
  std::set<std::pair<std::uint32_t, std::uint32_t>> devices;
  for (const SuperblockView& view : snapshot->superblocks) {
    if (view.info.dead || view.info.id == kNoSuperblock) continue;
    // The next one with a number may come before it is known that the last one has gone. Two series may not be the
    // same.
    if (!devices.emplace(view.info.id.major, view.info.id.minor).second) continue;
    const bool is_served = served_.contains(view.info.id);
    if (!is_served && !is_worth_a_place(view)) continue;
    if (is_served || served_.size() < limits_.max_superblocks || problems_.contains(view.info.id))
      serve(view, families);
    else
      fold(view);
  }
  std::erase_if(served_, [this](const auto& entry) { return entry.second.round != round_; });
  if (folded_ != 0 || sums_.allocated + sums_.freed + sums_.refused != 0) add_folded(families);
  previous_ = snapshot;
  previous_index_.clear();
  for (std::size_t i = 0; i < snapshot->superblocks.size(); ++i)
    previous_index_.emplace(snapshot->superblocks[i].info.id, i);
}

void SuperblockSeries::serve(const SuperblockView& view, FamilySet& families) {
  const auto [entry, is_new] = served_.try_emplace(view.info.id);
  Served& served = entry->second;
  served.round = round_;
  if (!served.named) {
    served.labels = labels_for(view.info);
    served.named = view.info.owner != nullptr && is_named(*view.info.owner);
  }
  const Superblock& info = view.info;
  const MetricLabels& labels = served.labels;
  families.add(Metric::superblock_size_bytes, labels, info.size_bytes);
  families.add(Metric::superblock_used_bytes, labels, info.used_bytes);
  families.add(Metric::superblock_inodes, labels, info.inodes_total);
  families.add(Metric::superblock_inodes_used, labels, info.inodes_used);
  families.add(Metric::superblock_memory_headroom_bytes, labels, memory_room(view.outlook));
  for (const KindForecast& of : view.outlook.forecasts) {
    if (!of.forecast.mid_ns) continue;
    MetricLabels with_limit = labels;
    add_label(with_limit, "limit", key_of(of.kind));
    families.add(Metric::superblock_full_in_seconds, std::move(with_limit),
                 static_cast<double>(*of.forecast.mid_ns) / 1e9);
  }
  const SuperblockView* counters = &view;
  if (is_new && previous_ != nullptr) counters = before(info.id);
  if (counters != nullptr) {
    add_counters(*counters, labels, families);
  } else {
    static const SuperblockView not_there_yet = [] {
      SuperblockView none;
      none.tally.refused = 0;
      return none;
    }();
    add_counters(not_there_yet, labels, families);
  }
  add_refusals(view, served, families);
}

void SuperblockSeries::add_counters(const SuperblockView& view, const MetricLabels& labels, FamilySet& families) const {
  const Tally& tally = view.tally;
  families.add(Metric::superblock_allocated_bytes, labels, tally.counters.allocated_bytes);
  families.add(Metric::superblock_freed_bytes, labels, tally.counters.freed_bytes);
  families.add(Metric::superblock_written_bytes, labels, tally.counters.written_bytes);
  families.add(Metric::superblock_files_created, labels, tally.created);
  families.add(Metric::superblock_files_removed, labels, tally.removed);
  families.add(Metric::superblock_refusals, labels, tally.refused);
}

void SuperblockSeries::add_refusals(const SuperblockView& view, Served& served, FamilySet& families) const {
  for (const RefusalCount& refusal : view.tally.refusals) {
    const bool is_new = find_refusal(served.refusals, refusal) == nullptr;
    MetricLabels labels = served.labels;
    add_label(labels, "operation", std::string(operation_name(refusal.operation)));
    add_label(labels, "cause", std::string(cause_name(refusal.cause)));
    double value = static_cast<double>(refusal.count);
    if (is_new && previous_ != nullptr) {
      const SuperblockView* earlier = before(view.info.id);
      const RefusalCount* then = earlier == nullptr ? nullptr : find_refusal(earlier->tally.refusals, refusal);
      value = then == nullptr ? 0 : static_cast<double>(then->count);
    }
    families.add(Metric::refusals, std::move(labels), value);
  }
  served.refusals = view.tally.refusals;
}

void SuperblockSeries::fold(const SuperblockView& view) {
  ++folded_;
  sums_.size += number(view.info.size_bytes);
  sums_.used += number(view.info.used_bytes);
  const SuperblockView* earlier = before(view.info.id);
  const Tally none;
  const Tally& then = earlier == nullptr ? none : earlier->tally;
  sums_.allocated += growth(view.tally.counters.allocated_bytes, then.counters.allocated_bytes);
  sums_.freed += growth(view.tally.counters.freed_bytes, then.counters.freed_bytes);
  sums_.refused += growth(view.tally.refused, then.refused);
}

void SuperblockSeries::add_folded(FamilySet& families) const {
  const MetricLabels labels = {{"owner", "(others)"}};
  families.add(Metric::superblock_size_bytes, labels, sums_.size);
  families.add(Metric::superblock_used_bytes, labels, sums_.used);
  families.add(Metric::superblock_allocated_bytes, labels, sums_.allocated);
  families.add(Metric::superblock_freed_bytes, labels, sums_.freed);
  families.add(Metric::superblock_refusals, labels, sums_.refused);
}

}  // namespace tmpfstrace
