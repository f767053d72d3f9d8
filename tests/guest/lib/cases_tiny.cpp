// SPDX-License-Identifier: Apache-2.0
// Tables far too small for what happens: what docs/json.md promises of each, one table at a time.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "case_table.h"

namespace guest {
namespace {

constexpr int kGroups = 8;
constexpr int kFiles = 20;                           // of each cgroup on each mount, of two pages
constexpr std::int64_t kBytes = kFiles * 2 * kPage;  // what they take
constexpr std::uint64_t kUnlinked = 3;               // the cgroup that loses half of its files
constexpr std::int64_t kUnlinkedBytes = kBytes / 2;

struct ThreeMounts {
  Mount first{"size=4m"};
  Mount second{"size=4m"};
  Mount third{"size=4m"};
  std::vector<const Mount*> all{&first, &second, &third};
};

using Groups = std::vector<std::unique_ptr<Cgroup>>;

std::string file_of(int group, int index) { return std::to_string(group) + "_" + std::to_string(index); }

// Eight cgroups write to three mounts, then somebody else removes half of one cgroup's files.
Groups fill(Fixture& f, const ThreeMounts& mounts) {
  Groups groups;
  for (int g = 0; g < kGroups; ++g) {
    groups.push_back(std::make_unique<Cgroup>(f.env.cgroups, "tt_tiny" + std::to_string(g)));
    run_child(groups.back().get(), "tiny", [&] {
      Tally t;
      for (const Mount* m : mounts.all) {
        for (int i = 0; i < kFiles; ++i) put_file(m->file(file_of(g, i)), pattern(), 6000, t);
      }
      return t.calls == 3 * kFiles ? 0 : 1;
    });
  }
  for (const Mount* m : mounts.all) {
    for (int i = 0; i < kFiles / 2; ++i) ::unlink(m->file(file_of(kUnlinked, i)).c_str());
  }
  return groups;
}

std::vector<std::string> with_limit(const char* option, std::uint64_t entries) {
  return {option, std::to_string(entries)};
}

// The table that was made too small is said to be full, and no other.
void expect_full(Fixture& f, const Sample& sample, const std::string& table) {
  f.expect(sample.loss(table) > 0, table + " is " + std::to_string(sample.loss(table)));
  for (const std::string other : {"slots_full", "superblocks_full", "inodes_full"}) {
    if (other != table) f.expect_eq(other, 0, sample.loss(other));
  }
}

std::uint64_t living_superblocks(Fixture& f) {
  const Sample sample = f.env.tool->sample_after(monotonic_ns());
  return static_cast<std::uint64_t>(std::count_if(sample.superblocks.begin(), sample.superblocks.end(),
                                                  [](const SuperblockSample& s) { return !s.dead; }));
}

void end_well(Fixture& f, Tool& tool) {
  f.expect(tool.running(), "the tool has ended");
  f.expect_eq("wait status", 0, tool.end(SIGTERM, std::chrono::seconds(10)).value_or(-1));
}

// Room for every superblock, and for a few of its cgroups: the others go to the row of cgroup 0.
void tiny_slots(Fixture& f) {
  const ThreeMounts mounts;
  constexpr std::uint64_t spare = 4;
  const std::uint64_t entries = living_superblocks(f) + 1 + spare;
  Tool tiny(f.env.options.tool, f.env.tool_args(with_limit("--max-slots", entries)), f.env.documents);
  const Groups groups = fill(f, mounts);
  const Sample sample = f.checkpoint(mounts.all, &tiny);
  std::uint64_t rows = 0;
  for (const Mount* m : mounts.all) {
    std::int64_t rest = kGroups * kBytes;
    std::int64_t freed_rest = kUnlinkedBytes;
    for (std::size_t g = 0; g < groups.size(); ++g) {
      const Counters row = sample.ledger_row(groups[g]->id(), m->dev());
      if (row.calls == 0) continue;
      ++rows;
      f.expect_eq(m->path() + " allocated_bytes of a cgroup that has a row", kBytes, row.allocated);
      f.expect_eq(m->path() + " freed_bytes of it", g == kUnlinked ? kUnlinkedBytes : 0, row.freed);
      rest -= kBytes;
      if (g == kUnlinked) freed_rest = 0;
    }
    const Counters unattributed = sample.ledger_row(0, m->dev());
    f.expect_eq(m->path() + " allocated_bytes of cgroup 0", rest, unattributed.allocated);
    f.expect_eq(m->path() + " freed_bytes of cgroup 0", freed_rest, unattributed.freed);
    f.expect_eq(m->path() + " write_calls of cgroup 0", rest / kBytes * kFiles, unattributed.calls);
  }
  f.expect(rows <= spare, std::to_string(rows) + " rows of cgroups in a table with room for fewer");
  expect_full(f, sample, "slots_full");
  end_well(f, tiny);
  f.checkpoint(mounts.all);
}

// Most inodes are not followed: the sums may be wrong, and the tool's own drift says by how much.
void tiny_inodes(Fixture& f) {
  const ThreeMounts mounts;
  Tally t;
  for (const Mount* m : mounts.all) {
    for (int i = 0; i < 50; ++i) put_file(m->file("old" + std::to_string(i)), pattern(), 6000, t);
  }
  Tool tiny(f.env.options.tool, f.env.tool_args(with_limit("--max-inodes", 16)), f.env.documents);
  const Groups groups = fill(f, mounts);
  for (const Mount* m : mounts.all) {
    for (int i = 0; i < 10; ++i) ::unlink(m->file("old" + std::to_string(i)).c_str());
  }
  const Sample first = tiny.sample_after(monotonic_ns());
  const Sample sample = tiny.sample_after(first.monotonic_ns);
  std::int64_t drift = 0;
  for (const Mount* m : mounts.all) {
    const SuperblockSample* sb = sample.superblock(m->dev());
    if (sb == nullptr || !sb->drift_bytes || !sb->drift_inodes) {
      f.expect(false, m->path() + " has no drift");
      continue;
    }
    const Usage used = m->usage();
    const Counters& c = sb->counters;
    f.expect_eq(m->path() + " drift_bytes", c.seeded + c.allocated - c.freed - used.bytes, *sb->drift_bytes);
    f.expect_eq(m->path() + " drift_inodes", c.inode_units() - used.inodes, *sb->drift_inodes);
    drift += std::abs(*sb->drift_bytes);
  }
  f.expect(drift != 0, "150 files for a table of 16, and no drift: the case proves nothing");
  expect_full(f, sample, "inodes_full");
  end_well(f, tiny);
  f.checkpoint(mounts.all);
}

// One superblock has a row. The events of all others are one row of device 0:0, and nothing is said of each.
void tiny_superblocks(Fixture& f) {
  const ThreeMounts mounts;
  Tool tiny(f.env.options.tool, f.env.tool_args(with_limit("--max-superblocks", 2)), f.env.documents);
  const auto nowhere = [](const Sample& sample) {
    for (const LedgerSample& row : sample.ledger) {
      if (row.dev == "0:0" && row.cgroup == 0) return row.counters;
    }
    return Counters{};
  };
  const Counters before = nowhere(tiny.sample_after(monotonic_ns()));
  const Groups groups = fill(f, mounts);
  const Sample first = tiny.sample_after(monotonic_ns());
  const Sample sample = tiny.sample_after(first.monotonic_ns);
  int without_row = 0;
  for (const Mount* m : mounts.all) {
    const SuperblockSample* sb = sample.superblock(m->dev());
    f.expect(sb != nullptr, m->path() + " is not listed");
    if (sb == nullptr) continue;
    if (!sb->counters.absent.empty()) {
      ++without_row;
      f.expect(!sb->drift_bytes && !sb->drift_inodes, m->path() + " has no counters and a drift");
      continue;
    }
    const Usage used = m->usage();
    f.expect_eq(m->path() + " resident_bytes", used.bytes, sb->counters.resident);
    f.expect_eq(m->path() + " inodes", used.inodes, sb->counters.inode_units());
    f.expect_eq(m->path() + " drift_bytes", 0, sb->drift_bytes.value_or(-1));
  }
  f.expect(without_row >= 2, "room for one superblock, and two of three have counters");
  const Counters d = nowhere(sample) - before;
  f.expect_eq("allocated_bytes of device 0:0", without_row * kGroups * kBytes, d.allocated);
  f.expect_eq("freed_bytes of device 0:0", without_row * kUnlinkedBytes, d.freed);
  f.expect_eq("write_calls of device 0:0", without_row * kGroups * kFiles, d.calls);
  f.expect_eq("created regular of device 0:0", without_row * kGroups * kFiles, d.created[kRegular]);
  f.expect_eq("removed regular of device 0:0", without_row * kFiles / 2, d.removed[kRegular]);
  expect_full(f, sample, "superblocks_full");
  end_well(f, tiny);
  f.checkpoint(mounts.all);
}

}  // namespace

void add_tiny_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"tiny_slots", Need::nothing, tiny_slots},
                             {"tiny_inodes", Need::nothing, tiny_inodes},
                             {"tiny_superblocks", Need::nothing, tiny_superblocks}});
}

}  // namespace guest
