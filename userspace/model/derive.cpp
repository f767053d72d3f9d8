// SPDX-License-Identifier: Apache-2.0
#include "model/derive.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <unordered_map>
#include <utility>

#include "model/counters.h"
#include "model/id_hash.h"

namespace tmpfstrace {
namespace {

using LedgerKey = std::pair<CgroupId, SuperblockId>;

constexpr double nanoseconds_per_second = 1e9;

const Counters nothing_known;

// Every counter that a rate is formed of, at 0.
const Counters nothing_counted = [] {
  Counters counters;
  counters.allocated_bytes = counters.freed_bytes = counters.written_bytes = 0;
  counters.created.emplace().fill(0);
  counters.removed.emplace().fill(0);
  counters.refusals.emplace();
  return counters;
}();

// The counters of an object: those of its one row as they stand in the sample, copied only when a second row is added.
// Most cgroups have one row, and Counters is a kilobyte.
class Sum {
 public:
  void add(const Counters& addend) {
    if (sum_ == nullptr) {
      sum_ = &addend;
      return;
    }
    if (!own_) {
      own_ = std::make_unique<Counters>(*sum_);
      sum_ = own_.get();
    }
    add_counters(*own_, addend);
  }

  bool has_rows() const { return sum_ != nullptr; }
  const Counters& counters() const { return sum_ == nullptr ? nothing_known : *sum_; }

 private:
  const Counters* sum_ = nullptr;  // into the sample, which outlives every sum, or own_
  std::unique_ptr<Counters> own_;
};

template <typename Key>
using Group = std::unordered_map<Key, Sum, IdHash>;

// Every sum of one sample, by identity. Of an object without a ledger row nothing is known.
struct Sums {
  std::vector<std::pair<LedgerKey, Sum>> rows;  // in the order of the sample
  Group<SuperblockId> superblocks;
  Group<CgroupId> cgroups;
  Sum all;
};

Sums sum_ledger(const Sample& sample) {
  Sums sums;
  std::unordered_map<LedgerKey, std::size_t, IdHash> row_of;
  row_of.reserve(sample.ledger.size());
  sums.rows.reserve(sample.ledger.size());
  sums.superblocks.reserve(sample.superblocks.size());
  sums.cgroups.reserve(sample.cgroups.size());
  for (const Superblock& superblock : sample.superblocks) sums.superblocks[superblock.id];
  for (const Cgroup& cgroup : sample.cgroups) sums.cgroups[cgroup.id];
  for (const LedgerRow& row : sample.ledger) {
    const LedgerKey key{row.cgroup, row.superblock};
    // A recording may name one identity twice: its counters are in the first row then.
    const auto [at, is_new] = row_of.emplace(key, sums.rows.size());
    if (is_new) sums.rows.emplace_back(key, Sum());
    sums.rows[at->second].second.add(row.counters);
    sums.superblocks[row.superblock].add(row.counters);
    sums.cgroups[row.cgroup].add(row.counters);
    sums.all.add(row.counters);
  }
  return sums;
}

std::optional<double> rate(std::optional<std::uint64_t> now, std::optional<std::uint64_t> before, double seconds) {
  if (!now || !before || *now < *before) return std::nullopt;
  return static_cast<double>(*now - *before) / seconds;
}

Rates derive_rates(const Counters& now, const Counters& before, double seconds) {
  if (went_backwards(now, before)) return {};
  return Rates{.allocated_bytes = rate(now.allocated_bytes, before.allocated_bytes, seconds),
               .freed_bytes = rate(now.freed_bytes, before.freed_bytes, seconds),
               .written_bytes = rate(now.written_bytes, before.written_bytes, seconds),
               .created = rate(sum_of(now.created), sum_of(before.created), seconds),
               .removed = rate(sum_of(now.removed), sum_of(before.removed), seconds),
               .refused = rate(sum_of(now.refusals), sum_of(before.refusals), seconds)};
}

std::optional<std::int64_t> balance(std::optional<std::uint64_t> seeded, std::optional<std::uint64_t> in,
                                    std::optional<std::uint64_t> out) {
  if (!seeded || !in || !out) return std::nullopt;
  return static_cast<std::int64_t>(*seeded + *in - *out);
}

SuperblockId key_of(const SuperblockView& view) { return view.info.id; }
CgroupId key_of(const CgroupView& view) { return view.info.id; }
LedgerKey key_of(const LedgerView& view) { return {view.cgroup, view.superblock}; }

// The objects of one kind in the previous snapshot. Most come again in the same order: an index is made only when one
// is not where it is looked for.
template <typename Key, typename View>
class Before {
 public:
  explicit Before(const std::vector<View>& views) : views_(views) {}

  // Null: it was not there.
  const Tally* find(const Key& key) {
    if (next_ == views_.size() || key_of(views_[next_]) != key) {
      if (index_.empty()) make_index();
      const auto found = index_.find(key);
      if (found == index_.end()) return nullptr;
      next_ = found->second;
    }
    return &views_[next_++].tally;
  }

 private:
  void make_index() {
    index_.reserve(views_.size());
    for (std::size_t i = 0; i < views_.size(); ++i) index_.emplace(key_of(views_[i]), i);
  }

  const std::vector<View>& views_;
  std::size_t next_ = 0;
  std::unordered_map<Key, std::size_t, IdHash> index_;
};

// What a sample is compared with: the previous one, where there is one and time has passed since.
struct Baseline {
  explicit Baseline(const Snapshot& before, std::uint64_t interval)
      : rows(before.ledger),
        superblocks(before.superblocks),
        cgroups(before.cgroups),
        all(before.totals.counters),
        interval_ns(interval),
        seconds(static_cast<double>(interval) / nanoseconds_per_second) {}

  // The kernel makes a row at its first event, and its counters start at 0: where the previous sample has none, all
  // that is counted came about since. What existed before is in the seeded counters, which have no rates.
  template <typename Key, typename View>
  static const Counters& of(Before<Key, View>& before, const Key& key) {
    const Tally* tally = before.find(key);
    return tally != nullptr && tally->has_rows ? tally->counters : nothing_counted;
  }

  Before<LedgerKey, LedgerView> rows;
  Before<SuperblockId, SuperblockView> superblocks;
  Before<CgroupId, CgroupView> cgroups;
  const std::optional<Counters>& all;
  std::uint64_t interval_ns;
  double seconds;
};

std::optional<Baseline> baseline_of(const Sample& now, const Snapshot* previous) {
  if (previous == nullptr || now.monotonic_ns <= previous->monotonic_ns) return std::nullopt;
  return Baseline(*previous, now.monotonic_ns - previous->monotonic_ns);
}

bool has_rates(CgroupId cgroup) { return cgroup != kEndedCgroups; }
bool has_rates(const SuperblockId& superblock) { return superblock != kNoSuperblock; }
bool has_rates(const LedgerKey& row) { return has_rates(row.first) && has_rates(row.second); }

template <typename Key, typename Before>
Tally derive_tally(const Sum& sum, const Key& key, Before Baseline::*before, std::optional<Baseline>& baseline) {
  const Counters& counters = sum.counters();
  Tally tally{.counters = counters,
              .has_rows = sum.has_rows(),
              .resident_bytes = balance(counters.seeded_bytes, counters.allocated_bytes, counters.freed_bytes),
              .inodes = balance(counters.seeded_inodes, whole_sum_of(counters.created), whole_sum_of(counters.removed)),
              .created = sum_of(counters.created),
              .removed = sum_of(counters.removed),
              .refused = sum_of(counters.refusals),
              .refusals = counters.refusals ? counters.refusals->list() : std::vector<RefusalCount>(),
              .rates = {}};
  if (baseline && has_rates(key))
    tally.rates = derive_rates(counters, Baseline::of(*baseline.*before, key), baseline->seconds);
  return tally;
}

template <typename Value>
void add_known(std::optional<Value>& sum, std::optional<Value> addend) {
  if (addend)
    sum = static_cast<Value>(static_cast<std::uint64_t>(sum.value_or(0)) + static_cast<std::uint64_t>(*addend));
}

std::optional<std::int64_t> magnitude(std::optional<std::int64_t> value) {
  // INT64_MIN has no positive counterpart; negating as unsigned keeps that defined.
  if (!value || *value >= 0) return value;
  return static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(*value));
}

Totals derive_totals(const Sample& now, const Sum& sum, const std::optional<Baseline>& baseline) {
  Totals totals;
  if (sum.has_rows()) totals.counters = sum.counters();
  for (const Superblock& superblock : now.superblocks) {
    add_known(totals.size_bytes, superblock.size_bytes);
    add_known(totals.used_bytes, superblock.used_bytes);
    add_known(totals.drift_bytes, magnitude(superblock.drift_bytes));
    add_known(totals.drift_inodes, magnitude(superblock.drift_inodes));
  }
  totals.refusals = sum_of(sum.counters().refusals);
  if (baseline)
    totals.refusals_per_second =
        derive_rates(sum.counters(), baseline->all ? *baseline->all : nothing_counted, baseline->seconds).refused;
  return totals;
}

template <typename Key>
std::vector<Key> sorted_keys(const Group<Key>& group) {
  std::vector<Key> keys;
  for (const auto& [key, sum] : group) keys.push_back(key);
  std::sort(keys.begin(), keys.end());
  return keys;
}

// The objects of the sample in its order, then those that only the ledger names.
void add_superblocks(Snapshot& snapshot, Sample& now, Group<SuperblockId> sums, std::optional<Baseline>& baseline) {
  const auto add = [&](Superblock info) {
    const auto node = sums.extract(info.id);
    if (node.empty()) return;  // listed twice
    Tally tally = derive_tally(node.mapped(), info.id, &Baseline::superblocks, baseline);
    snapshot.superblocks.push_back({std::move(info), std::move(tally), {}});
  };
  for (Superblock& superblock : now.superblocks) add(std::move(superblock));
  for (const SuperblockId& id : sorted_keys(sums)) {
    Superblock unlisted;
    unlisted.id = id;
    unlisted.kind = "unknown";
    add(std::move(unlisted));
  }
}

void add_cgroups(Snapshot& snapshot, Sample& now, Group<CgroupId> sums, std::optional<Baseline>& baseline) {
  const auto add = [&](Cgroup info) {
    const auto node = sums.extract(info.id);
    if (node.empty()) return;
    if (info.id == TMPFS_CGROUP_NONE) info.path = "(unattributed)";
    // Recordings from before there were owners: what the path tells by itself.
    if (info.owner == nullptr) info.owner = owner_of_cgroup_path(info.path);
    Tally tally = derive_tally(node.mapped(), info.id, &Baseline::cgroups, baseline);
    snapshot.cgroups.push_back({std::move(info), std::move(tally), {}});
  };
  for (Cgroup& cgroup : now.cgroups) add(std::move(cgroup));
  for (const CgroupId id : sorted_keys(sums)) {
    Cgroup unlisted;
    unlisted.id = id;
    unlisted.path = "(unknown)";
    add(std::move(unlisted));
  }
}

}  // namespace

Snapshot derive_snapshot(Sample now, const Snapshot* previous) {
  std::optional<Baseline> baseline = baseline_of(now, previous);
  Sums sums = sum_ledger(now);

  Snapshot snapshot;
  snapshot.sequence = now.sequence;
  snapshot.realtime_ns = now.realtime_ns;
  snapshot.monotonic_ns = now.monotonic_ns;
  if (baseline) snapshot.interval_ns = baseline->interval_ns;
  snapshot.kernel = std::move(now.kernel);
  snapshot.mode = std::move(now.mode);
  snapshot.losses = std::move(now.losses);
  if (now.self)
    snapshot.self = derive_self(*now.self, baseline && previous->self ? &previous->self->cost : nullptr,
                                baseline ? baseline->interval_ns : 0);
  snapshot.counting_since_ns = now.counting_since_ns;
  snapshot.node = now.node;
  snapshot.playback = now.playback;
  snapshot.totals = derive_totals(now, sums.all, baseline);

  snapshot.ledger.reserve(sums.rows.size());
  for (const auto& [key, sum] : sums.rows)
    snapshot.ledger.push_back({key.first, key.second, derive_tally(sum, key, &Baseline::rows, baseline)});
  snapshot.superblocks.reserve(sums.superblocks.size());
  snapshot.cgroups.reserve(sums.cgroups.size());
  add_superblocks(snapshot, now, std::move(sums.superblocks), baseline);
  add_cgroups(snapshot, now, std::move(sums.cgroups), baseline);
  return snapshot;
}

}  // namespace tmpfstrace
