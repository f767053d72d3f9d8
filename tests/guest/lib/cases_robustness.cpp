// SPDX-License-Identifier: Apache-2.0
// Things that go away under load, thousands of cgroups, maps that are too small.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "case_table.h"
#include "stress.h"

namespace guest {
namespace {

const Counters* find(const Sample& sample, const Mount& m) {
  const SuperblockSample* sb = sample.superblock(m.dev());
  return sb == nullptr ? nullptr : &sb->counters;
}

void umount_under_load(Fixture& f) {
  const Mount other("size=4m");
  const Shared<std::atomic<int>> rounds;
  for (int i = 0; i < 5; ++i) {
    Mount m("size=1m");
    *rounds = 0;
    Child writer(nullptr, "writer", [&] {
      if (::chdir(m.path().c_str()) != 0) return 1;
      for (int n = 0; n < 1'000'000; ++n) {
        const Fd fd(::open(("f" + std::to_string(n % 50)).c_str(), O_RDWR | O_CREAT | O_TRUNC, 0644));
        if (::write(fd.get(), pattern(), 30'000) < 0 && errno == EBADF) return 0;
        ++*rounds;
      }
      return 0;
    });
    poll_until(std::chrono::seconds(10), [&] { return *rounds > 20; });
    m.detach();
    const int at = *rounds;
    poll_until(std::chrono::seconds(10), [&] { return *rounds > at + 20; });
    writer.kill();  // its working directory was the last reference
  }
  Tally t;
  const Counters before = f.checkpoint(other);
  put_file(other.file("file"), pattern(), 10'000, t);
  f.expect_tally("a mount that stays", t, f.checkpoint(other) - before);
  std::int64_t resident = 0;
  poll_until(std::chrono::seconds(5), [&] {
    resident = 0;
    for (const SuperblockSample& sb : f.env.tool->sample_after(monotonic_ns()).superblocks) {
      if (sb.dead) resident += sb.counters.resident;
    }
    return resident == 0;
  });
  f.expect_eq("resident_bytes of dead superblocks", 0, resident);
}

void cgroup_removal_under_load(Fixture& f) {
  const Mount m("size=4m");
  const Counters before = f.checkpoint(m);
  const Shared<Tally> tally;
  const Cgroup stays(f.env.cgroups, "tt_stays");
  for (int i = 0; i < 10; ++i) {
    Cgroup group(f.env.cgroups, "tt_leaves");
    run_child(&group, "mover", [&] {
      const Fd fd(create(m.file("f" + std::to_string(i)), *tally));
      for (int n = 0; n < 10; ++n) put(fd.get(), pattern(), 5000, kAtPosition, *tally);
      stays.join();  // the old cgroup may go while the file is still open and growing
      if (!group.remove()) return 1;
      for (int n = 0; n < 10; ++n) put(fd.get(), pattern(), 5000, kAtPosition, *tally);
      return 0;
    });
  }
  const Counters d = f.checkpoint(m) - before;
  f.expect_tally("moved", *tally, d);
  remove_tree(m.path());
  f.expect_eq("resident_bytes at the end", 0, (f.checkpoint(m) - before).resident);
}

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

void short_lived_cgroups(Fixture& f) {
  // Every cgroup that ever wrote is a row of every sample: thousands of rows ten times a second would be all the load.
  f.env.tool.reset();
  Tool seldom(f.env.options.tool, f.env.tool_args({}, "3s"));
  const Mount m("size=32m");
  const std::vector<const Mount*> mounts{&m};
  const Sample first = f.checkpoint(mounts, &seldom);
  const Counters before = find(first, m) == nullptr ? Counters{} : *find(first, m);
  const Shared<Tally> tally;
  // On v1 a process has to be moved into its cgroup, which is slow.
  const std::uint64_t count = f.env.cgroups.v2 ? f.env.options.short_lived : f.env.options.short_lived / 20;
  for (std::uint64_t i = 0; i < count; ++i) {
    BriefWork work{{}, &*tally};
    std::snprintf(work.path, sizeof work.path, "%s", m.file("f" + std::to_string(i % 200)).c_str());
    Cgroup group(f.env.cgroups, "tt_brief");
    if (f.env.cgroups.v2) {
      const int code = run_born_in(group, write_one_file, &work);
      if (code != 0) throw std::runtime_error("a short-lived process ended with " + std::to_string(code));
    } else {
      run_child(&group, "brief", [&] { return write_one_file(&work); });
    }
    group.remove();
    // Removed by somebody else, after its cgroup has gone.
    if (i >= 100) ::unlink(m.file("f" + std::to_string((i - 100) % 200)).c_str());
  }
  const Sample sample = f.checkpoint(mounts, &seldom);
  const Counters* now = find(sample, m);
  if (now == nullptr) return;
  f.expect_tally("brief", *tally, *now - before);
  f.expect_eq("created regular", static_cast<std::int64_t>(count), (*now - before).created[kRegular]);
  Counters rows;
  for (const LedgerSample& row : sample.ledger) {
    if (row.dev == m.dev() && row.generation == sample.superblock(m.dev())->generation) {
      rows.allocated += row.counters.allocated;
      rows.created[kRegular] += row.counters.created[kRegular];
    }
  }
  f.expect_eq("allocated_bytes of the ledger's rows", now->allocated, rows.allocated);
  f.expect_eq("created regular of the ledger's rows", now->created[kRegular], rows.created[kRegular]);
}

// Far too small for what happens: what does not fit must still be in its superblock's sum, or be said to be lost.
void tiny_maps(Fixture& f) {
  Tool tiny(f.env.options.tool, f.env.tool_args({"--max-slots", "4", "--max-inodes", "16", "--max-superblocks", "2"}));
  const Mount first("size=4m");
  const Mount second("size=4m");
  const Mount third("size=4m");
  for (int g = 0; g < 8; ++g) {
    const Cgroup group(f.env.cgroups, "tt_tiny" + std::to_string(g));
    run_child(&group, "tiny", [&] {
      Tally t;
      for (const Mount* m : {&first, &second, &third}) {
        for (int i = 0; i < 20; ++i) {
          put_file(m->file(std::to_string(g) + "_" + std::to_string(i)), pattern(), 6000, t);
        }
      }
      return 0;
    });
  }
  for (const Mount* m : {&first, &second, &third}) {
    for (int i = 0; i < 10; ++i) ::unlink(m->file("3_" + std::to_string(i)).c_str());
  }
  tiny.sample_after(monotonic_ns());
  const Sample sample = tiny.sample_after(monotonic_ns());
  for (const Mount* m : {&first, &second, &third}) {
    const Counters* c = find(sample, *m);
    const std::int64_t seen = c == nullptr ? 0 : c->seeded + c->allocated - c->freed;
    f.expect(seen == m->usage().bytes || sample.lost() > 0,
             m->path() + " is off by " + std::to_string(seen - m->usage().bytes) + " bytes and no loss is reported");
  }
  f.expect(sample.lost() > 0, "maps of this size lost nothing: the case proves nothing");
  f.expect(tiny.running(), "the tool has ended");
  f.expect_eq("wait status", 0, tiny.end(SIGTERM, std::chrono::seconds(10)).value_or(-1));
  f.checkpoint(std::vector<const Mount*>{&first, &second, &third});
}

void no_growth_over_samples(Fixture& f) {
  Tool watched(f.env.options.tool, f.env.tool_args());
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
                             {"short_lived_cgroups", Need::nothing, short_lived_cgroups},
                             {"tiny_maps", Need::nothing, tiny_maps},
                             {"no_growth_over_samples", Need::nothing, no_growth_over_samples}});
}

}  // namespace guest
