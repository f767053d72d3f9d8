// SPDX-License-Identifier: Apache-2.0
// What is shown: a sample with everything that is derived from it. Screens and printers read this and nothing else.
//
// Sums are over the ledger rows of an object. A sum is that of the rows that know the field; it is absent only when no
// row knows it. A difference (resident_bytes, inodes) is absent unless every one of its terms is known.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/headroom.h"
#include "model/outlook.h"
#include "model/sample.h"
#include "model/verdict.h"

namespace tmpfstrace {

// Per second over the last interval. An object without a row in the previous sample had counted nothing by then: it is
// compared with 0. All absent in a first sample, of rows to which others are added up (kEndedCgroups, kNoSuperblock),
// and when any cumulative counter of the object went backwards: then it is another object under the same identity, and
// a difference is a lie.
struct Rates {
  std::optional<double> allocated_bytes;
  std::optional<double> freed_bytes;
  std::optional<double> written_bytes;
  std::optional<double> created;
  std::optional<double> removed;
  std::optional<double> refused;
};

struct Tally {
  Counters counters;
  bool has_rows = false;  // of the ledger; without one nothing is counted
  // Signed: a free whose owner was lost may be credited to another row and take it below zero. That must show.
  std::optional<std::int64_t> resident_bytes;  // seeded + allocated - freed, swapped pages included
  std::optional<std::int64_t> inodes;          // seeded + created - removed, all kinds
  std::optional<std::uint64_t> created;        // the kinds that are known
  std::optional<std::uint64_t> removed;
  std::optional<std::uint64_t> refused;  // all operations and causes
  std::vector<RefusalCount> refusals;    // what is not 0, in the order of the enums
  Rates rates;
};

struct SuperblockView {
  Superblock info;
  Tally tally;
  Outlook outlook;  // by the Analyst, as verdicts
};

struct CgroupView {
  Cgroup info;  // id 0 has the path "(unattributed)"
  Tally tally;
  Headroom headroom;  // by the Analyst; its index is one of Snapshot::cgroups
};

struct LedgerView {
  CgroupId cgroup = 0;
  SuperblockId superblock;
  Tally tally;
};

// A remount gave a superblock other limits since the previous sample. Absent: no limit, or not known.
struct LimitChange {
  SuperblockId superblock;
  OwnerRef owner;
  std::string mount_point;  // empty: it has none
  std::optional<std::uint64_t> size_before, size_bytes;
  std::optional<std::uint64_t> inodes_before, inodes_total;
};

struct Totals {
  std::optional<std::uint64_t> size_bytes;  // of the superblocks that have a limit
  std::optional<std::uint64_t> used_bytes;
  std::optional<std::uint64_t> refusals;
  std::optional<double> refusals_per_second;
  // Sums of magnitudes: a superblock that is over must not hide one that is under.
  std::optional<std::int64_t> drift_bytes;
  std::optional<std::int64_t> drift_inodes;
  std::optional<Counters> counters;  // of all rows; absent: there is none
};

struct Snapshot {
  std::uint64_t sequence = 0;
  std::uint64_t realtime_ns = 0;
  std::uint64_t monotonic_ns = 0;
  std::optional<std::uint64_t> interval_ns;        // since the previous sample; absent in the first
  std::optional<std::uint64_t> counting_since_ns;  // see Sample
  std::string kernel;
  Mode mode;
  std::map<std::string, std::uint64_t> losses;
  std::optional<NodeMemory> node;
  std::optional<SelfView> self;
  std::optional<Playback> playback;
  std::vector<Verdict> verdicts;           // the worst first
  std::vector<LimitChange> limit_changes;  // by the Analyst
  Totals totals;
  // In the order of the sample. What only the ledger names comes last, so that no count is without a place.
  std::vector<SuperblockView> superblocks;
  std::vector<CgroupView> cgroups;
  std::vector<LedgerView> ledger;
};

}  // namespace tmpfstrace
