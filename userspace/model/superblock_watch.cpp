// SPDX-License-Identifier: Apache-2.0
#include "model/superblock_watch.h"

#include <algorithm>

#include "model/counters.h"

namespace tmpfstrace {
namespace {

// All kinds that are known: of a file that cannot be told apart in this mode nothing is known either.
std::optional<std::uint64_t> files_made(const Tally& tally) {
  const auto seeded = tally.counters.seeded_inodes.value_or(0);
  return tally.created ? std::optional(*tally.created + seeded) : std::nullopt;
}

bool has_room_figures(const Superblock& info) { return info.used_bytes || info.inodes_used; }

}  // namespace

void SuperblockWatch::note_refusal(const RefusalEvent& event) {
  first_refused_ns_ = std::min(first_refused_ns_.value_or(event.realtime_ns), event.realtime_ns);
  last_refused_ns_ = std::max(last_refused_ns_.value_or(0), event.realtime_ns);
  if (!event.mount_point.empty()) refused_mount_point_ = event.mount_point;
}

std::optional<LimitChange> SuperblockWatch::limit_change(const Superblock& now) const {
  if (!has_limits_ || now.usage_age_ns || !has_room_figures(now)) return std::nullopt;
  if (now.size_bytes == size_ && now.inodes_total == inodes_total_) return std::nullopt;
  const std::string where = now.mounts.empty() ? std::string() : now.mounts[0].mount_point;
  return LimitChange{now.id, now.owner, where, size_, now.size_bytes, inodes_total_, now.inodes_total};
}

void SuperblockWatch::observe(const SuperblockView& view, std::uint64_t realtime_ns, std::uint64_t monotonic_ns) {
  const std::uint64_t refused = view.tally.refused.value_or(0);
  if (refused > refused_.value_or(0)) {
    if (!first_refused_ns_) first_refused_ns_ = realtime_ns;
    last_refused_ns_ = realtime_ns;
  }
  refused_ = refused;
  if (view.info.usage_age_ns || !has_room_figures(view.info)) return;  // of an earlier sample, or there are none
  has_limits_ = true;
  size_ = view.info.size_bytes;
  inodes_total_ = view.info.inodes_total;
  used_ = view.info.used_bytes;
  if (!first_used_) first_used_ = view.info.used_bytes;
  if (!first_inodes_) first_inodes_ = view.info.inodes_used;
  const bool moved = view.info.used_bytes != first_used_ || view.info.inodes_used != first_inodes_;
  if (growth_ == nullptr && !moved) return;
  if (growth_ == nullptr) growth_ = std::make_unique<Growth>();
  observe_growth(view, monotonic_ns);
  has_news_ = true;
}

void SuperblockWatch::observe_growth(const SuperblockView& view, std::uint64_t monotonic_ns) {
  const Counters& counters = view.tally.counters;
  if (view.info.used_bytes)
    growth_->blocks.observe({.monotonic_ns = monotonic_ns,
                             .used = *view.info.used_bytes,
                             .limit = view.info.size_bytes,
                             .allocated = counters.allocated_bytes,
                             .freed = counters.allocated_bytes ? counters.freed_bytes : std::nullopt});
  if (!view.info.inodes_used) return;
  const auto made = whole_sum_of(counters.created);
  const auto removed = whole_sum_of(counters.removed);
  growth_->inodes.observe({.monotonic_ns = monotonic_ns,
                           .used = *view.info.inodes_used,
                           .limit = view.info.inodes_total,
                           .allocated = made && removed ? made : std::nullopt,
                           .freed = made && removed ? removed : std::nullopt});
  if (const auto arrived = files_made(view.tally))
    growth_->files.observe(monotonic_ns, *arrived, *view.info.inodes_used);
}

void SuperblockWatch::forecast(std::uint64_t monotonic_ns) {
  forecast_ns_ = monotonic_ns;
  has_news_ = false;
  if (growth_ == nullptr) return;
  blocks_ = growth_->blocks.forecast();
  inodes_ = growth_->inodes.forecast();
  residence_ = growth_->files.residence();
  steady_.reset();
  if (!residence_ || !residence_->lifetime_ns || !residence_->stable) return;
  const bool has_size = used_ && first_inodes_ && *used_ != 0;
  const double files = static_cast<double>(growth_->files.resident());
  const auto bytes_per_file = has_size && files > 0 ? std::optional(static_cast<double>(*used_) / files) : std::nullopt;
  steady_ = settle(residence_->arrivals_per_second, *residence_->lifetime_ns, bytes_per_file, {inodes_total_, size_});
}

Outlook SuperblockWatch::outlook() const {
  Outlook outlook;
  outlook.first_refused_ns = first_refused_ns_;
  outlook.last_refused_ns = last_refused_ns_;
  outlook.refused_mount_point = refused_mount_point_;
  outlook.residence = residence_;
  outlook.steady = steady_;
  if (growth_ == nullptr || forecast_ns_ == 0) return outlook;
  if (size_) outlook.forecasts.push_back({LimitKind::blocks, blocks_});
  if (inodes_total_) outlook.forecasts.push_back({LimitKind::inodes, inodes_});
  return outlook;
}

}  // namespace tmpfstrace
