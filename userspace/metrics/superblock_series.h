// SPDX-License-Identifier: Apache-2.0
// Series of superblocks, of those that are worth a place: not each idle mount of a node.
//
// What is served once stays until the superblock has gone, under the labels that it began with as far as its owner had
// a name by then: a series must not change its name because somebody mounts it elsewhere.
//
// A counter that appears while others are served begins with what it was a sample before. So rate() and increase() see
// what brought it here.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "metrics/exposition.h"
#include "metrics/family_set.h"
#include "model/id_hash.h"
#include "model/snapshot.h"

namespace tmpfstrace {

struct MetricLimits {
  bool all = false;                        // serve idle ones, too
  std::uint64_t min_used_bytes = 1 << 20;  // worth a place from here on
  std::uint64_t min_used_inodes = 1000;    // or from here
  std::size_t max_superblocks = 1000;      // the others are summed up; what has a problem is served in any case
};

class SuperblockSeries {
 public:
  explicit SuperblockSeries(const MetricLimits& limits) : limits_(limits) {}

  void add(const std::shared_ptr<const Snapshot>& snapshot, FamilySet& families);

  // Null: it is not served. Valid until the next add().
  const MetricLabels* labels_of(const SuperblockId& id) const;

  std::size_t folded() const { return folded_; }

 private:
  struct Served {
    MetricLabels labels;
    bool named = false;
    std::vector<RefusalCount> refusals;  // of the last sample
    std::uint64_t round = 0;
  };
  using IndexById = std::unordered_map<SuperblockId, std::size_t, IdHash>;

  bool is_worth_a_place(const SuperblockView& view) const;
  void serve(const SuperblockView& view, FamilySet& families);
  void add_counters(const SuperblockView& view, const MetricLabels& labels, FamilySet& families) const;
  void add_refusals(const SuperblockView& view, Served& served, FamilySet& families) const;
  void fold(const SuperblockView& view);
  void add_folded(FamilySet& families) const;
  const SuperblockView* before(const SuperblockId& id) const;

  MetricLimits limits_;
  std::unordered_map<SuperblockId, Served, IdHash> served_;
  std::shared_ptr<const Snapshot> previous_;
  IndexById previous_index_;
  std::unordered_set<SuperblockId, IdHash> problems_;  // of this sample
  std::uint64_t round_ = 0;
  std::size_t folded_ = 0;
  // Sums of what was folded: cumulative ones by their growth, because what is in the sum comes and goes.
  struct Sums {
    double size = 0, used = 0;
    double allocated = 0, freed = 0, refused = 0;
  } sums_;
};

}  // namespace tmpfstrace
