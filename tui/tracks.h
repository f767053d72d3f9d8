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
#include <unordered_set>
#include <utility>
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

struct RowKeyHash {
  std::size_t operator()(const RowKey& key) const { return key.major * 0x9e3779b97f4a7c15ULL ^ key.minor; }
};

// What is not as it was in the snapshot before. Empty where there is none, or where it was not the one just before.
struct Changes {
  std::unordered_set<RowKey, RowKeyHash> new_superblocks;
  std::unordered_set<RowKey, RowKeyHash> new_cgroups;
  std::vector<SuperblockView> gone_superblocks;  // as they were
  std::vector<CgroupView> gone_cgroups;
};

class Tracks {
 public:
  // before: the snapshot that was added before it; null: there is none, or others may have been between.
  Changes add(const Snapshot& snapshot, const Snapshot* before = nullptr);

  // Null: there is none.
  const Track* of_superblock(const RowKey& key) const { return find(superblocks_.map, key); }
  const Track* of_cgroup(const RowKey& key) const { return find(cgroups_.map, key); }

 private:
  struct Entry {
    Track track;
    std::uint64_t last_sample = 0;  // in which it was seen; 0: it is new
  };
  using Map = std::unordered_map<RowKey, Entry, RowKeyHash>;

  static const Track* find(const Map& map, const RowKey& key) {
    const auto found = map.find(key);
    return found == map.end() ? nullptr : &found->second.track;
  }
  // The tracks of one kind of objects, and those of the last snapshot in its order: mostly the next one has the same.
  struct Tracked {
    Map map;
    std::vector<std::pair<RowKey, Entry*>> order;
  };

  template <typename View, typename KeyOf>
  void add_all(Tracked& tracked, const Snapshot& snapshot, std::vector<View> Snapshot::*list, const Snapshot* before,
               KeyOf key_of, std::unordered_set<RowKey, RowKeyHash>& fresh, std::vector<View>& gone);
  void forget_gone(Tracked& tracked) const;

  std::uint64_t samples_ = 0;
  Tracked superblocks_;
  Tracked cgroups_;
};

RowKey key_of_superblock(const SuperblockId& id);

}  // namespace tmpfstrace
