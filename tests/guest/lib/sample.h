// SPDX-License-Identifier: Apache-2.0
// What the tool's JSON says, as far as the tests compare it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tally.h"

namespace guest {

struct Counters {
  std::int64_t allocated = 0;
  std::int64_t freed = 0;
  std::int64_t seeded = 0;
  std::int64_t resident = 0;
  std::int64_t written = 0;
  std::int64_t calls = 0;
  std::int64_t shorts = 0;
  std::int64_t seeded_inodes = 0;
  std::int64_t inodes = 0;
  std::int64_t xattr_bytes = 0;
  std::int64_t refused = 0;
  std::array<std::int64_t, kKinds> created{};
  std::array<std::int64_t, kKinds> removed{};
  Refusals refusals{};
  std::array<std::int64_t, kCauses> held{};  // refusals whose details were held back
  std::string absent;                        // names of the counters that were null or missing

  std::int64_t created_sum() const;
  std::int64_t removed_sum() const;
  // Inode units as statfs counts them.
  std::int64_t inode_units() const { return inodes + (xattr_bytes + 1023) / 1024; }
  Counters operator-(const Counters& before) const;
  bool operator==(const Counters&) const = default;
};

struct CreatorSample {
  std::uint64_t cgroup = 0;
  std::string comm;
  std::string executable;
  std::int64_t created = 0;
  std::optional<bool> lives;
};

struct PatternSample {
  std::string directory;
  std::string pattern;
  std::int64_t created = 0;
  std::int64_t removed = 0;
  std::vector<CreatorSample> creators;
};

struct SuperblockSample {
  std::string dev;
  std::uint64_t generation = 0;
  std::string kind;
  bool dead = false;
  std::vector<std::string> mount_points;
  std::optional<std::int64_t> size_bytes;
  std::optional<std::int64_t> used_bytes;
  std::optional<std::int64_t> inodes_total;
  std::optional<std::int64_t> inodes_used;
  std::optional<std::int64_t> drift_bytes;
  std::optional<std::int64_t> drift_inodes;
  std::optional<double> told_share;
  std::vector<PatternSample> patterns_told;
  Counters counters;
};

struct CgroupSample {
  std::uint64_t id = 0;
  std::string path;
  bool dead = false;
  std::optional<std::int64_t> memory_current;
  std::optional<std::int64_t> memory_max;
  bool memory_unlimited = false;
  std::optional<std::int64_t> shmem_bytes;
  Counters counters;
};

// The row of what ended cgroups left in the books.
inline constexpr std::uint64_t kEndedCgroups = ~std::uint64_t{0};

struct LedgerSample {
  std::uint64_t cgroup = 0;
  std::string dev;
  std::uint64_t generation = 0;
  Counters counters;
};

struct Sample {
  std::uint64_t sequence = 0;
  std::uint64_t monotonic_ns = 0;
  std::string mode;
  std::string hooks;
  std::vector<std::string> blind;
  std::map<std::string, std::int64_t> losses;
  std::vector<SuperblockSample> superblocks;
  std::vector<CgroupSample> cgroups;
  std::vector<LedgerSample> ledger;

  // The newest superblock that bore this device number; null when the tool does not list it.
  const SuperblockSample* superblock(const std::string& dev) const;
  // Exactly this one, dead or alive.
  const SuperblockSample* superblock(const std::string& dev, std::uint64_t generation) const;
  const SuperblockSample* internal() const;
  const CgroupSample* cgroup(std::uint64_t id) const;
  // Of one cgroup on the newest superblock of that device; all 0 when there is no such row.
  Counters ledger_row(std::uint64_t cgroup, const std::string& dev) const;
  std::int64_t loss(const std::string& name) const;  // -1 when the tool does not name it
  std::int64_t lost() const;
};

struct Event {
  std::uint64_t monotonic_ns = 0;
  std::uint64_t cgroup = 0;
  std::string cgroup_path;
  std::string dev;
  std::uint64_t generation = 0;
  std::string mount_point;
  std::int64_t tgid = 0;
  std::int64_t tid = 0;
  std::string comm;
  std::string operation;
  std::string cause;
  std::string error;  // "null" for a write cut short
  std::int64_t bytes_asked = 0;
  std::int64_t bytes_done = 0;
  std::int64_t inode = 0;
  std::string file;
  std::string directory;
  std::vector<std::string> stack;

  std::string text() const;
};

// Throw with the reason on a document that is not what docs/json.md promises.
Sample parse_sample(const std::string& line);
Event parse_event(const std::string& line);

}  // namespace guest
