// SPDX-License-Identifier: Apache-2.0
// Things that go away under load; the tool does not grow.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <atomic>

#include "case_table.h"

namespace guest {
namespace {

std::string row_name(const std::string& dev, std::uint64_t generation) {
  return "superblock " + dev + "/" + std::to_string(generation);
}

struct Pace {
  std::atomic<int> rounds;
  std::atomic<int> stop;
  std::atomic<int> resting;  // after stop: nothing is under way any more
  Tally tally;
};

// Files of the working directory are written anew, again and again; then the process waits to be killed.
int rewrite_files(Pace& pace) {
  while (pace.stop == 0) {
    const std::string name = "f" + std::to_string(pace.rounds % 50);
    const bool fresh = ::access(name.c_str(), F_OK) != 0;
    const Fd fd = open_file(name, O_RDWR | O_CREAT | O_TRUNC, 0644);
    pace.tally.created[kRegular] += fresh ? 1 : 0;
    put(fd.get(), pattern(), 30'000, kAtPosition, pace.tally);
    ++pace.rounds;
  }
  pace.resting = 1;
  for (;;) nap(std::chrono::seconds(10));
}

void wait_for(Fixture& f, const char* what, const std::function<bool()>& condition) {
  f.expect(poll_until(std::chrono::seconds(30), condition), std::string("in 30 s it never came that ") + what);
}

// The writer's working directory is the last reference to the superblock: its end is that of the mount.
void umount_while_writing(Fixture& f) {
  Mount m("size=1m");
  const std::string dev = m.dev();
  const Sample mounted = f.checkpoint(std::vector<const Mount*>{&m});
  if (mounted.superblock(dev) == nullptr) return;
  const std::uint64_t generation = mounted.superblock(dev)->generation;
  const Shared<Pace> pace;
  Child writer(nullptr, "writer", [&] { return ::chdir(m.path().c_str()) == 0 ? rewrite_files(*pace) : 1; });
  wait_for(f, "20 rounds were written", [&] { return pace->rounds > 20; });
  m.detach();
  const int at = pace->rounds;
  wait_for(f, "20 rounds were written after umount", [&] { return pace->rounds > at + 20; });
  pace->stop = 1;
  wait_for(f, "the writer came to rest", [&] { return pace->resting == 1; });
  f.expect(!writer.wait(std::chrono::milliseconds(0)), "the writer has died");
  struct statfs st {};
  if (::statfs(("/proc/" + std::to_string(writer.pid()) + "/cwd").c_str(), &st) != 0) throw_errno("statfs of a cwd");
  Sample sample = f.env.tool->sample_after(monotonic_ns());
  const SuperblockSample* row = sample.superblock(dev, generation);
  f.expect(row != nullptr && !row->dead, row_name(dev, generation) + " is not listed as living while in use");
  if (row != nullptr) {
    f.expect_tally("detached", pace->tally, row->counters);
    f.expect_created("detached", pace->tally, row->counters - mounted.superblock(dev)->counters);
    f.expect_eq("resident_bytes while detached", static_cast<std::int64_t>(st.f_blocks - st.f_bfree) * st.f_bsize,
                row->counters.resident);
    f.expect_eq("inodes while detached", static_cast<std::int64_t>(st.f_files - st.f_ffree), row->counters.inodes);
  }
  writer.kill();
  wait_for(f, "the superblock is listed as dead", [&] {
    sample = f.env.tool->sample_after(monotonic_ns());
    row = sample.superblock(dev, generation);
    return row != nullptr && row->dead;
  });
  if (row == nullptr) return;
  f.expect(row->counters.allocated > 0, "the dead row has lost its counts");
  f.expect_tally("dead", pace->tally, row->counters);
  f.expect_eq("freed_bytes of the dead", row->counters.allocated, row->counters.freed);
  f.expect_eq("inodes of the dead", 0, row->counters.inodes);
}

void umount_under_load(Fixture& f) {
  const Mount other("size=4m");
  for (int i = 0; i < 5; ++i) umount_while_writing(f);
  Tally t;
  const Counters before = f.checkpoint(other);
  put_file(other.file("file"), pattern(), 10'000, t);
  f.expect_tally("a mount that stays", t, f.checkpoint(other) - before);
}

// 25 pages in 20 writes: the cgroup that leaves is charged for the first 13 of them, the one that stays for the others.
void cgroup_removal_under_load(Fixture& f) {
  constexpr int kRounds = 10;
  const Mount m("size=4m");
  const Counters before = f.checkpoint(m);
  const Shared<Tally> tally;
  const Shared<Pace> pace;
  const Cgroup stays(f.env.cgroups, "tt_stays");
  const Cgroup busy(f.env.cgroups, "tt_busy");
  std::vector<std::uint64_t> gone;
  ::mkdir(m.file("busy").c_str(), 0755);
  Child writer(&busy, "busy", [&] { return ::chdir(m.file("busy").c_str()) == 0 ? rewrite_files(*pace) : 1; });
  for (int i = 0; i < kRounds; ++i) {
    Cgroup group(f.env.cgroups, "tt_leaves");
    gone.push_back(group.id());
    const int at = pace->rounds;
    wait_for(f, "the other writer wrote", [&] { return pace->rounds > at; });
    run_child(&group, "mover", [&] {
      const Fd fd(create(m.file("f" + std::to_string(i)), *tally));
      for (int n = 0; n < 10; ++n) put(fd.get(), pattern(), 5000, kAtPosition, *tally);
      stays.join();  // the old cgroup may go while the file is still open and growing
      if (!group.remove()) return 1;
      for (int n = 0; n < 10; ++n) put(fd.get(), pattern(), 5000, kAtPosition, *tally);
      return 0;
    });
  }
  pace->stop = 1;
  wait_for(f, "the other writer came to rest", [&] { return pace->resting == 1; });
  const Sample sample = f.checkpoint(std::vector<const Mount*>{&m});
  const std::string& dev = m.dev();
  for (const std::uint64_t id : gone) {
    const Counters row = sample.ledger_row(id, dev);
    f.expect_eq("allocated_bytes of a cgroup that left", 13 * kPage, row.allocated);
    f.expect_eq("freed_bytes of a cgroup that left", 0, row.freed);
    f.expect_eq("written_bytes of a cgroup that left", 50'000, row.written);
    f.expect_eq("write_calls of a cgroup that left", 10, row.calls);
    f.expect_eq("inodes of a cgroup that left", 1, row.inodes);
  }
  const Counters rest = sample.ledger_row(stays.id(), dev);
  f.expect_eq("allocated_bytes of the one that stays", kRounds * 12 * kPage, rest.allocated);
  f.expect_eq("written_bytes of the one that stays", kRounds * 50'000, rest.written);
  f.expect_eq("write_calls of the one that stays", kRounds * 10, rest.calls);
  f.expect_eq("inodes of the one that stays", 0, rest.inodes);
  f.expect_tally("busy", pace->tally, sample.ledger_row(busy.id(), dev));
  f.check_cgroup(stays);
  f.check_cgroup(busy);
  Tally all = *tally;
  all += pace->tally;
  if (sample.superblock(dev) != nullptr) f.expect_tally("all", all, sample.superblock(dev)->counters - before);
  writer.kill();
  remove_tree(m.path());
  const Sample end = f.checkpoint(std::vector<const Mount*>{&m});
  for (const std::uint64_t id : gone) f.expect_eq("resident_bytes at the end", 0, end.ledger_row(id, dev).resident);
  f.expect_eq("resident_bytes of the one that stays", 0, end.ledger_row(stays.id(), dev).resident);
  f.expect_eq("resident_bytes of the busy one", 0, end.ledger_row(busy.id(), dev).resident);
}

void no_growth_over_samples(Fixture& f) {
  Tool watched(f.env.options.tool, f.env.tool_args(), f.env.documents);
  const Mount m("size=4m");
  const auto churn_until = [&](std::uint64_t samples) {
    Tally t;
    poll_until(std::chrono::seconds(120), [&] {
      put_file(m.file("file"), pattern(), 10'000, t);
      ::unlink(m.file("file").c_str());
      return watched.samples_seen() >= samples;
    });
  };
  churn_until(40);
  const int files = watched.open_files();
  const std::int64_t rss = watched.rss_bytes();
  churn_until(240);
  f.expect(watched.samples_seen() >= 240, "fewer than 200 samples in two minutes");
  // A descriptor may be open for the moment of one file's reading.
  int now = 0;
  poll_until(std::chrono::seconds(2), [&] { return (now = watched.open_files()) <= files; });
  f.expect(now <= files, "open files grew from " + std::to_string(files) + " to " + std::to_string(now));
  f.expect(watched.rss_bytes() <= rss + (1 << 20), "resident memory grew from " + std::to_string(rss) + " to " +
                                                       std::to_string(watched.rss_bytes()) + " in 200 samples");
}

}  // namespace

void add_robustness_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"umount_under_load", Need::nothing, umount_under_load},
                             {"cgroup_removal_under_load", Need::nothing, cgroup_removal_under_load},
                             {"no_growth_over_samples", Need::nothing, no_growth_over_samples}});
}

}  // namespace guest
