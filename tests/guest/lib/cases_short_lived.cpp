// SPDX-License-Identifier: Apache-2.0
// Thousands of cgroups that live for one file: each with a row of its own, and in a table that holds a few of them.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

#include "case_table.h"

namespace guest {
namespace {

struct BriefWork {
  char path[128];
  Tally* tally;
};

int write_one_file(void* argument) {
  const BriefWork& work = *static_cast<BriefWork*>(argument);
  const int fd = ::open(work.path, O_RDWR | O_CREAT | O_EXCL, 0644);
  if (fd < 0 || ::write(fd, pattern(), 1500) != 1500) return 1;
  work.tally->written += 1500;
  ++work.tally->calls;
  return 0;
}

constexpr std::uint64_t kFilesLeft = 100;

std::int64_t bytes_removed(std::uint64_t count) {
  return count > kFilesLeft ? static_cast<std::int64_t>(count - kFilesLeft) * kPage : 0;
}

// The files of the last hundred are left.
void write_from_brief_cgroup(Fixture& f, const Mount& m, std::uint64_t number, Tally& tally) {
  BriefWork work{{}, &tally};
  std::snprintf(work.path, sizeof work.path, "%s", m.file("f" + std::to_string(number % 200)).c_str());
  Cgroup group(f.env.cgroups, "tt_brief");
  if (f.env.cgroups.v2) {
    const int code = run_born_in(group, write_one_file, &work);
    if (code != 0) throw std::runtime_error("a short-lived process ended with " + std::to_string(code));
  } else {
    run_child(&group, "brief", [&] { return write_one_file(&work); });
  }
  group.remove();
  // Removed by somebody else, after its cgroup has gone.
  if (number < kFilesLeft) return;
  if (::unlink(m.file("f" + std::to_string((number - kFilesLeft) % 200)).c_str()) != 0) throw_errno("unlink");
}

// On v1 a process has to be moved into its cgroup, which is slow.
std::uint64_t how_many(const Fixture& f) {
  return f.env.cgroups.v2 ? f.env.options.short_lived : f.env.options.short_lived / 20;
}

struct Footprint {
  int files;
  std::int64_t rss;
  explicit Footprint(const Tool& tool) : files(tool.open_files()), rss(tool.rss_bytes()) {}
};

void expect_no_more(Fixture& f, Tool& tool, const Footprint& before, std::int64_t rss_growth) {
  // A descriptor may be open for the moment of one file's reading.
  int files = 0;
  poll_until(std::chrono::seconds(2), [&] { return (files = tool.open_files()) <= before.files; });
  f.expect(files <= before.files,
           "open files grew from " + std::to_string(before.files) + " to " + std::to_string(files));
  const std::int64_t rss = tool.rss_bytes();
  f.expect(rss <= before.rss + rss_growth,
           "resident memory grew from " + std::to_string(before.rss) + " to " + std::to_string(rss));
}

Counters sum_of_rows(const Sample& sample, const Mount& m) {
  Counters sum;
  const SuperblockSample* sb = sample.superblock(m.dev());
  for (const LedgerSample& row : sample.ledger) {
    if (sb == nullptr || row.dev != m.dev() || row.generation != sb->generation) continue;
    sum.allocated += row.counters.allocated;
    sum.freed += row.counters.freed;
    sum.calls += row.counters.calls;
    sum.created[kRegular] += row.counters.created[kRegular];
  }
  return sum;
}

void short_lived_cgroups(Fixture& f) {
  // Every cgroup that ever wrote is a row of every sample: thousands of rows ten times a second would be all the load.
  f.env.stop_tool();
  Tool seldom(f.env.options.tool, f.env.tool_args({}, "3s"), f.env.documents);
  const Mount m("size=32m");
  const std::vector<const Mount*> mounts{&m};
  const Sample first = f.checkpoint(mounts, &seldom);
  const Counters before = sum_of_rows(first, m);
  const Footprint footprint(seldom);
  const Shared<Tally> tally;
  const std::uint64_t count = how_many(f);
  for (std::uint64_t i = 0; i < count; ++i) write_from_brief_cgroup(f, m, i, *tally);
  const Sample sample = f.checkpoint(mounts, &seldom);
  const SuperblockSample* now = sample.superblock(m.dev());
  if (now == nullptr) return;
  f.expect_tally("brief", *tally, now->counters);
  f.expect_eq("created regular", static_cast<std::int64_t>(count), now->counters.created[kRegular]);
  const Counters rows = sum_of_rows(sample, m) - before;
  f.expect_eq("allocated_bytes of the ledger's rows", static_cast<std::int64_t>(count) * kPage, rows.allocated);
  f.expect_eq("freed_bytes of the ledger's rows", bytes_removed(count), rows.freed);
  f.expect_eq("write_calls of the ledger's rows", static_cast<std::int64_t>(count), rows.calls);
  f.expect_eq("created regular of the ledger's rows", static_cast<std::int64_t>(count), rows.created[kRegular]);
  f.expect_eq("slots_full", 0, sample.loss("slots_full"));
  // Room for a row of each, in the table and in the sample.
  expect_no_more(f, seldom, footprint, static_cast<std::int64_t>(count) * 8192 + (4 << 20));
}

// The table is full many times over: what ended is folded into one row, and its room given to those that come.
void short_lived_cgroups_folded(Fixture& f) {
  constexpr std::uint64_t kSlots = 256;
  f.env.stop_tool();
  Tool tight(f.env.options.tool, f.env.tool_args({"--max-slots", std::to_string(kSlots)}, "500ms"), f.env.documents);
  const Mount m("size=32m");
  const std::vector<const Mount*> mounts{&m};
  f.checkpoint(mounts, &tight);
  const Shared<Tally> tally;
  constexpr std::uint64_t count = 3 * kSlots;
  for (std::uint64_t i = 0; i < count / 2; ++i) write_from_brief_cgroup(f, m, i, *tally);
  const Footprint half(tight);
  for (std::uint64_t i = count / 2; i < count; ++i) write_from_brief_cgroup(f, m, i, *tally);
  const Sample sample = f.checkpoint(mounts, &tight);
  const SuperblockSample* sb = sample.superblock(m.dev());
  if (sb == nullptr) return;
  f.expect_tally("brief", *tally, sb->counters);
  f.expect_eq("created regular", count, sb->counters.created[kRegular]);
  const Counters rows = sum_of_rows(sample, m);
  f.expect_eq("write_calls of the rows", static_cast<std::int64_t>(count), rows.calls);
  f.expect_eq("allocated_bytes of the rows", static_cast<std::int64_t>(count) * kPage, rows.allocated);
  f.expect_eq("freed_bytes of the rows", bytes_removed(count), rows.freed);

  const Counters ended = sample.ledger_row(kEndedCgroups, m.dev());
  f.expect(ended.calls >= static_cast<std::int64_t>(count - kSlots),
           "the row of ended cgroups has only " + std::to_string(ended.calls) + " calls");
  f.expect_eq("bytes held by ended cgroups", 0, ended.resident);
  f.expect_eq("inodes held by ended cgroups", 0, ended.inodes);
  const CgroupSample* name = sample.cgroup(kEndedCgroups);
  f.expect(name != nullptr && name->dead && name->path == "(ended cgroups)",
           "(ended cgroups) is not among the cgroups");
  // Either the folding kept up, or the loss is said and what found no row is in that of cgroup 0.
  const std::int64_t homeless = sample.ledger_row(0, m.dev()).calls;
  const std::int64_t full = sample.loss("slots_full");
  f.expect((full > 0) == (homeless > 0),
           "slots_full is " + std::to_string(full) + ", and cgroup 0 has " + std::to_string(homeless) + " write calls");
  expect_no_more(f, tight, half, 4 << 20);
}

}  // namespace

void add_short_lived_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"short_lived_cgroups", Need::nothing, short_lived_cgroups},
                             {"short_lived_cgroups_folded", Need::cgroup_v2, short_lived_cgroups_folded}});
}

}  // namespace guest
