// SPDX-License-Identifier: Apache-2.0
#include "tui/tracks.h"

#include <algorithm>

namespace tmpfstrace {
namespace {

constexpr std::size_t most_points_of_all = 400'000;  // some 38 MB, when everything changes all the time
constexpr std::size_t most_points = 720;
constexpr std::size_t least_points = 24;
constexpr std::uint64_t samples_kept_when_gone = 60;

template <typename Number>
std::optional<double> number(const std::optional<Number>& value) {
  return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

TrackPoint point_of(const Snapshot& snapshot, const SuperblockView& view) {
  const Counters& counters = view.tally.counters;
  // Without statfs what the ledger says is in use.
  const auto used = view.info.used_bytes ? number(view.info.used_bytes) : number(view.tally.resident_bytes);
  const auto inodes = view.info.inodes_used ? number(view.info.inodes_used) : number(view.tally.inodes);
  return {snapshot.monotonic_ns,
          {used, inodes, number(counters.allocated_bytes), number(counters.freed_bytes), number(view.tally.refused)}};
}

TrackPoint point_of(const Snapshot& snapshot, const CgroupView& view) {
  const Counters& counters = view.tally.counters;
  return {snapshot.monotonic_ns,
          {number(view.tally.resident_bytes), number(view.tally.inodes), number(counters.allocated_bytes),
           number(counters.freed_bytes), number(view.tally.refused)}};
}

}  // namespace

RowKey key_of_superblock(const SuperblockId& id) { return {(std::uint64_t{id.major} << 32) | id.minor, id.generation}; }

void Track::add(const TrackPoint& point, std::size_t most) {
  while (!points_.empty() && points_.back().monotonic_ns >= point.monotonic_ns) points_.pop_back();
  const std::size_t size = points_.size();
  const bool rests = size >= 2 && points_[size - 1].values == point.values && points_[size - 2].values == point.values;
  if (rests) {
    points_.back().monotonic_ns = point.monotonic_ns;
    return;
  }
  points_.push_back(point);
  if (points_.size() <= most) return;
  // Of the older half every second one.
  std::size_t kept = 0;
  const std::size_t half = points_.size() / 2;
  for (std::size_t i = 0; i < points_.size(); ++i)
    if (i >= half || i % 2 == 0) points_[kept++] = points_[i];
  points_.resize(kept);
  points_.shrink_to_fit();
}

// Between two points in a line; before the first and after the last it is not known.
std::optional<double> Track::value_at(Quantity quantity, std::uint64_t time_ns) const {
  const auto index = static_cast<std::size_t>(quantity);
  const auto after =
      std::lower_bound(points_.begin(), points_.end(), time_ns,
                       [](const TrackPoint& point, std::uint64_t time) { return point.monotonic_ns < time; });
  if (after == points_.end()) return std::nullopt;
  if (after->monotonic_ns == time_ns || after == points_.begin())
    return after->monotonic_ns == time_ns ? after->values[index] : std::nullopt;
  const TrackPoint& left = *(after - 1);
  const auto& from = left.values[index];
  const auto& to = after->values[index];
  if (!from || !to) return to;
  const double part =
      static_cast<double>(time_ns - left.monotonic_ns) / static_cast<double>(after->monotonic_ns - left.monotonic_ns);
  return *from + (*to - *from) * part;
}

std::vector<std::optional<double>> Track::resample(Quantity quantity, std::uint64_t begin_ns, std::uint64_t end_ns,
                                                   std::size_t count) const {
  std::vector<std::optional<double>> values(count);
  if (points_.empty() || count == 0 || end_ns <= begin_ns) return values;
  const bool gauge = quantity == Quantity::UsedBytes || quantity == Quantity::UsedInodes;
  const double step = static_cast<double>(end_ns - begin_ns) / static_cast<double>(count);
  const std::uint64_t first = points_.front().monotonic_ns;
  const auto time_of = [&](std::size_t i) {
    return begin_ns + static_cast<std::uint64_t>(step * static_cast<double>(i));
  };
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t end = i + 1 == count ? end_ns : time_of(i + 1);
    if (gauge) {
      values[i] = value_at(quantity, end);
      continue;
    }
    const std::uint64_t begin = std::max(time_of(i), first);
    if (begin >= end) continue;
    const auto from = value_at(quantity, begin);
    const auto to = value_at(quantity, end);
    if (from && to && *to >= *from) values[i] = (*to - *from) / (static_cast<double>(end - begin) / 1e9);
  }
  return values;
}

std::vector<std::optional<double>> Track::resample_last(Quantity quantity, std::uint64_t window_ns,
                                                        std::uint64_t now_ns, std::size_t count) const {
  if (now_ns >= window_ns) return resample(quantity, now_ns - window_ns, now_ns, count);
  const double part = static_cast<double>(now_ns) / static_cast<double>(window_ns);
  const auto known = static_cast<std::size_t>(part * static_cast<double>(count) + 0.5);
  std::vector<std::optional<double>> values = resample(quantity, 0, now_ns, known);
  values.insert(values.begin(), count - known, std::nullopt);
  return values;
}

template <typename View, typename KeyOf>
void Tracks::add_all(Tracked& tracked, const Snapshot& snapshot, std::vector<View> Snapshot::*list,
                     const Snapshot* before, KeyOf key_of, std::unordered_set<RowKey, RowKeyHash>& fresh,
                     std::vector<View>& gone) {
  const std::size_t objects = std::max<std::size_t>(snapshot.superblocks.size() + snapshot.cgroups.size(), 1);
  const std::size_t most = std::clamp(most_points_of_all / objects, least_points, most_points);
  std::size_t stayed = 0;
  std::size_t place = 0;
  tracked.order.resize((snapshot.*list).size());
  for (const View& view : snapshot.*list) {
    const RowKey key = key_of(view);
    auto& [last_key, last_entry] = tracked.order[place++];
    if (last_entry == nullptr || last_key != key) {
      last_key = key;
      last_entry = &tracked.map[key];
    }
    Entry& entry = *last_entry;
    const bool was_there = entry.last_sample + 1 == samples_ && samples_ > 1;
    stayed += was_there ? 1 : 0;
    if (!was_there && before != nullptr) fresh.insert(key);
    entry.track.add(point_of(snapshot, view), most);
    entry.last_sample = samples_;
  }
  if (before == nullptr || stayed == (before->*list).size()) return;
  for (const View& view : before->*list) {
    const auto entry = tracked.map.find(key_of(view));
    if (entry == tracked.map.end() || entry->second.last_sample != samples_) gone.push_back(view);
  }
}

Changes Tracks::add(const Snapshot& snapshot, const Snapshot* before) {
  ++samples_;
  Changes changes;
  add_all(
      superblocks_, snapshot, &Snapshot::superblocks, before,
      [](const SuperblockView& view) { return key_of_superblock(view.info.id); }, changes.new_superblocks,
      changes.gone_superblocks);
  add_all(
      cgroups_, snapshot, &Snapshot::cgroups, before,
      [](const CgroupView& view) {
        return RowKey{view.info.id, 0};
      },
      changes.new_cgroups, changes.gone_cgroups);
  // A superblock whose generation has become known is neither new nor gone.
  std::erase_if(changes.gone_superblocks, [&](const SuperblockView& gone) {
    const RowKey key = key_of_superblock(gone.info.id);
    if (key.minor != 0) return false;
    return std::erase_if(changes.new_superblocks, [&](const RowKey& other) { return other.major == key.major; }) > 0;
  });
  if (samples_ % samples_kept_when_gone == 0) {
    forget_gone(superblocks_);
    forget_gone(cgroups_);
  }
  return changes;
}

void Tracks::forget_gone(Tracked& tracked) const {
  const std::size_t forgotten = std::erase_if(
      tracked.map, [&](const auto& entry) { return entry.second.last_sample + samples_kept_when_gone < samples_; });
  if (forgotten > 0) tracked.order.clear();
}

}  // namespace tmpfstrace
