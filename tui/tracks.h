// SPDX-License-Identifier: Apache-2.0
// What each superblock and cgroup had in the last minutes and hours, for sparklines and graphs. Pure.
//
// A track is a list of points at which something changed: an object that rests costs two points however long it is
// watched. Where the points of all tracks together come to their bound, each keeps fewer, the older ones thinned first.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "model/snapshot.h"
#include "tui/view_state.h"

namespace tmpfstrace {

// Bytes and inodes in use are gauges; the others are cumulative, and are read as a rate.
enum class Quantity : std::uint8_t { UsedBytes, UsedInodes, AllocatedBytes, FreedBytes, Refused };
inline constexpr std::size_t quantity_count = 5;

struct TrackPoint {
  std::uint64_t monotonic_ns = 0;
  std::array<std::optional<double>, quantity_count> values;
};

class Track {
 public:
  // What is not earlier than the point is forgotten: a recording was set back.
  void add(const TrackPoint& point, std::size_t most_points);

  // One value for each of `count` equal parts of the time from begin to end: of a gauge what it was at the end of the
  // part, of a counter what it rose by a second. Absent: not watched then, or not known.
  std::vector<std::optional<double>> resample(Quantity quantity, std::uint64_t begin_ns, std::uint64_t end_ns,
                                              std::size_t count) const;

  // The same of the last window_ns; absent where that begins before the clock does, on a host that has just booted.
  std::vector<std::optional<double>> resample_last(Quantity quantity, std::uint64_t window_ns, std::uint64_t now_ns,
                                                   std::size_t count) const;

  std::size_t size() const { return points_.size(); }

 private:
  std::optional<double> value_at(Quantity quantity, std::uint64_t time_ns) const;

  std::vector<TrackPoint> points_;
};

class Tracks {
 public:
  void add(const Snapshot& snapshot);

  // Null: there is none.
  const Track* of_superblock(const RowKey& key) const { return find(superblocks_, key); }
  const Track* of_cgroup(const RowKey& key) const { return find(cgroups_, key); }

 private:
  struct KeyHash {
    std::size_t operator()(const RowKey& key) const { return key.major * 0x9e3779b97f4a7c15ULL ^ key.minor; }
  };
  struct Entry {
    Track track;
    std::uint64_t last_sample = 0;  // in which it was seen
  };
  using Map = std::unordered_map<RowKey, Entry, KeyHash>;

  static const Track* find(const Map& map, const RowKey& key) {
    const auto found = map.find(key);
    return found == map.end() ? nullptr : &found->second.track;
  }
  void forget_gone(Map& map) const;

  std::uint64_t samples_ = 0;
  Map superblocks_;
  Map cgroups_;
};

RowKey key_of_superblock(const SuperblockId& id);

}  // namespace tmpfstrace
