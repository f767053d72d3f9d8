// SPDX-License-Identifier: Apache-2.0
#include "metrics/container_series.h"

#include <algorithm>
#include <optional>

#include "model/names.h"

namespace tmpfstrace {
namespace {

MetricLabels labels_for(const OwnerRef& owner, const MetricLabels& superblock) {
  MetricLabels labels;
  for (const auto& [name, value] : superblock)
    if (name == "device" || name == "mount") labels.emplace_back(name, value);
  if (owner == nullptr) return labels;
  add_label(labels, "owner", owner_text(*owner));
  add_label(labels, "namespace", owner->k8s_namespace);
  add_label(labels, "pod", owner->pod_name);
  add_label(labels, "container", owner->k8s_container.empty() ? owner->container_name : owner->k8s_container);
  return labels;
}

std::uint64_t count_in(const std::vector<RefusalCount>& refusals, const RefusalCount& like) {
  const auto found = std::ranges::find_if(refusals, [&](const RefusalCount& other) {
    return other.operation == like.operation && other.cause == like.cause;
  });
  return found == refusals.end() ? 0 : found->count;
}

}  // namespace

void ContainerSeries::add(const Snapshot& snapshot, const SuperblockSeries& superblocks, FamilySet& families) {
  ++round_;
  std::unordered_map<CgroupId, const Cgroup*> cgroups;
  for (const CgroupView& view : snapshot.cgroups) cgroups.emplace(view.info.id, &view.info);
  for (auto& [labels, sum] : sums_) {
    sum.resident = 0;
    sum.has_resident = false;
  }
  std::vector<std::pair<MetricLabels, Sum*>> present;
  for (const LedgerView& row : snapshot.ledger) {
    const MetricLabels* superblock = superblocks.labels_of(row.superblock);
    if (superblock == nullptr || row.cgroup == kEndedCgroups) continue;
    const bool holds = row.tally.resident_bytes.value_or(0) >= static_cast<std::int64_t>(limits_.min_used_bytes);
    if (!holds && row.tally.refused.value_or(0) == 0 && !limits_.all) continue;
    const auto cgroup = cgroups.find(row.cgroup);
    MetricLabels labels = labels_for(cgroup == cgroups.end() ? nullptr : cgroup->second->owner, *superblock);
    Sum& sum = sums_[{labels.begin(), labels.end()}];
    if (sum.round != round_) present.emplace_back(std::move(labels), &sum);
    sum.round = round_;
    add_row(row, sum);
  }
  for (auto& [labels, sum] : present) serve(labels, *sum, families);
  std::erase_if(sums_, [this](const auto& entry) { return entry.second.round != round_; });
  std::erase_if(rows_, [this](const auto& entry) { return entry.second.round != round_; });
}

void ContainerSeries::add_row(const LedgerView& row, Sum& sum) {
  if (row.tally.resident_bytes) {
    // What others freed of it may take one row below zero.
    sum.resident += static_cast<double>(std::max<std::int64_t>(*row.tally.resident_bytes, 0));
    sum.has_resident = true;
  }
  Row& then = rows_[{row.cgroup, row.superblock}];
  for (const RefusalCount& refusal : row.tally.refusals) {
    const std::uint64_t before = count_in(then.refusals, refusal);
    sum.refusals[refusal.cause].count +=
        static_cast<double>(refusal.count >= before ? refusal.count - before : refusal.count);
  }
  then.refusals = row.tally.refusals;
  then.round = round_;
}

void ContainerSeries::serve(const MetricLabels& labels, Sum& sum, FamilySet& families) const {
  if (sum.has_resident) families.add(Metric::container_resident_bytes, labels, sum.resident);
  for (auto& [cause, of] : sum.refusals) {
    MetricLabels with_cause = labels;
    add_label(with_cause, "cause", std::string(cause_name(cause)));
    // Of a cause that is new: see SuperblockSeries.
    const bool starts = !of.served && round_ > 1;
    of.served = true;
    families.add(Metric::container_refusals, std::move(with_cause), starts ? 0 : of.count);
  }
}

}  // namespace tmpfstrace
