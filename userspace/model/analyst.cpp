// SPDX-License-Identifier: Apache-2.0
#include "model/analyst.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "model/derive.h"
#include "model/leftovers.h"
#include "model/pattern_activity.h"
#include "model/verdicts.h"
#include "model/writers.h"

namespace tmpfstrace {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
// A forecast takes some microseconds: on a host with thousands of filling superblocks each has its turn.
constexpr std::size_t kMostForecasts = 500;
constexpr std::uint64_t kForecastAgain = 5 * kSecond;  // one that has not changed

// Each forecast is made once a sample, whoever needs it.
class MemoryForecasts {
 public:
  MemoryForecasts(const Snapshot& snapshot, const CgroupIndex& index,
                  const std::unordered_map<CgroupId, LimitForecast>& memory, const LimitForecast& node)
      : snapshot_(snapshot), index_(index), memory_(memory), node_(node.forecast()) {}

  void add_to(Outlook& outlook) {
    if (outlook.writers.empty() || outlook.forecasts.empty()) return;
    if (const auto forecast = of_writer(outlook.writers.front().cgroup))
      outlook.forecasts.push_back({LimitKind::memcg, *forecast});
    outlook.forecasts.push_back({LimitKind::node, node_});
  }

 private:
  std::optional<Forecast> of_writer(CgroupId writer) {
    const auto at = index_.find(writer);
    if (at == index_.end() || !snapshot_.cgroups[at->second].headroom.binding) return std::nullopt;
    const CgroupId binding = snapshot_.cgroups[*snapshot_.cgroups[at->second].headroom.binding].info.id;
    const auto known = memory_.find(binding);
    if (known == memory_.end()) return std::nullopt;
    const auto [made, is_new] = made_.try_emplace(binding);
    if (is_new) made->second = known->second.forecast();
    return made->second;
  }

  const Snapshot& snapshot_;
  const CgroupIndex& index_;
  const std::unordered_map<CgroupId, LimitForecast>& memory_;
  Forecast node_;
  std::unordered_map<CgroupId, Forecast> made_;
};

}  // namespace

void Analyst::add(const RefusalEvent& event) { superblocks_[event.superblock].note_refusal(event); }

std::shared_ptr<const Snapshot> Analyst::add(Sample sample) {
  auto snapshot = std::make_shared<Snapshot>(derive_snapshot(std::move(sample), previous_.get()));
  watch(*snapshot);
  forecast_in_turn(snapshot->monotonic_ns);
  std::vector<const Cgroup*> cgroups;
  cgroups.reserve(snapshot->cgroups.size());
  for (const CgroupView& view : snapshot->cgroups) cgroups.push_back(&view.info);
  const std::vector<Headroom> headroom = derive_headroom(cgroups, snapshot->node);
  for (std::size_t i = 0; i < headroom.size(); ++i) snapshot->cgroups[i].headroom = headroom[i];
  watch_memory(*snapshot);
  add_outlooks(*snapshot);
  snapshot->verdicts = find_verdicts(*snapshot, thresholds_);
  previous_ = std::move(snapshot);
  return previous_;
}

void Analyst::watch(Snapshot& snapshot) {
  for (const SuperblockView& view : snapshot.superblocks) {
    if (view.info.dead) continue;
    SuperblockWatch& watch = superblocks_[view.info.id];
    if (auto change = watch.limit_change(view.info)) snapshot.limit_changes.push_back(std::move(*change));
    watch.observe(view, snapshot.realtime_ns, snapshot.monotonic_ns);
    watch.seen_ns = snapshot.monotonic_ns;
  }
  std::erase_if(superblocks_, [&](const auto& item) { return item.second.seen_ns != snapshot.monotonic_ns; });
}

void Analyst::forecast_in_turn(std::uint64_t monotonic_ns) {
  std::vector<SuperblockWatch*> due;
  for (auto& [id, watch] : superblocks_)
    if (watch.is_moving() && (watch.has_news() || monotonic_ns - watch.forecast_ns() >= kForecastAgain))
      due.push_back(&watch);
  const std::size_t turns = std::min(due.size(), kMostForecasts);
  std::partial_sort(
      due.begin(), due.begin() + static_cast<std::ptrdiff_t>(turns), due.end(),
      [](const SuperblockWatch* a, const SuperblockWatch* b) { return a->forecast_ns() < b->forecast_ns(); });
  for (std::size_t i = 0; i < turns; ++i) due[i]->forecast(monotonic_ns);
}

// Of cgroups whose limit binds one that fills a tmpfs.
void Analyst::watch_memory(const Snapshot& snapshot) {
  std::unordered_map<CgroupId, LimitForecast> kept;
  for (const CgroupView& view : snapshot.cgroups) {
    if (!view.headroom.binding || view.tally.rates.allocated_bytes.value_or(0) <= 0) {
      const auto known = memory_.find(view.info.id);
      if (known == memory_.end() || !view.headroom.binding) continue;  // it never grew
    }
    const CgroupView& binding = snapshot.cgroups[*view.headroom.binding];
    if (kept.contains(binding.info.id)) continue;
    LimitForecast forecast;
    if (const auto known = memory_.find(binding.info.id); known != memory_.end()) forecast = std::move(known->second);
    if (!binding.info.memory_age_ns && binding.info.memory_max && binding.headroom.bytes)
      forecast.observe({.monotonic_ns = snapshot.monotonic_ns,
                        .used = *binding.info.memory_max - std::min(*binding.info.memory_max, *binding.headroom.bytes),
                        .limit = binding.info.memory_max,
                        .allocated = {},
                        .freed = {}});
    kept.emplace(binding.info.id, std::move(forecast));
  }
  memory_ = std::move(kept);
  if (snapshot.node)
    node_.observe(
        {.monotonic_ns = snapshot.monotonic_ns,
         .used = snapshot.node->total_bytes - std::min(snapshot.node->total_bytes, snapshot.node->available_bytes),
         .limit = snapshot.node->total_bytes + snapshot.node->swap_free_bytes,
         .allocated = {},
         .freed = {}});
}

void Analyst::add_outlooks(Snapshot& snapshot) {
  CgroupIndex index;
  index.reserve(snapshot.cgroups.size());
  for (std::size_t i = 0; i < snapshot.cgroups.size(); ++i) index.emplace(snapshot.cgroups[i].info.id, i);
  auto writers = find_writers(snapshot, index);
  const auto dead_cgroups = held_by_dead_cgroups(snapshot);
  MemoryForecasts memory(snapshot, index, memory_, node_);
  for (SuperblockView& view : snapshot.superblocks) {
    const auto watch = superblocks_.find(view.info.id);
    if (watch == superblocks_.end()) continue;
    Outlook& outlook = view.outlook;
    outlook = watch->second.outlook();
    if (const auto found = writers.find(view.info.id); found != writers.end())
      outlook.writers = std::move(found->second);
    memory.add_to(outlook);
    Leftovers& leftovers = outlook.leftovers;
    if (dead_cgroups) {
      const auto held = dead_cgroups->find(view.info.id);
      leftovers.dead_cgroups_bytes = held == dead_cgroups->end() ? 0 : held->second;
    }
    leftovers.gone_creators = held_by_gone_creators(view);
    const HeldFiles gone = leftovers.gone_creators.value_or(HeldFiles{});
    leftovers.growth_bytes = watch->second.leftovers.add(
        std::max(gone.bytes, leftovers.dead_cgroups_bytes.value_or(0)), snapshot.monotonic_ns);
    outlook.binding = find_binding_limit(outlook.forecasts);
    if (view.info.used_bytes)
      outlook.inversion = find_limit_inversion(view.info.size_bytes, *view.info.used_bytes, outlook.writers);
  }
}

}  // namespace tmpfstrace
