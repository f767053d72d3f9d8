// SPDX-License-Identifier: Apache-2.0
// More rows than a CPU keeps lines for (TMPFS_CPU_LINES): counts move from line to slot all the time, under the eyes of
// a reader.
#include <unistd.h>

#include <stdexcept>

#include "case_table.h"
#include "tmpfs_abi.h"

namespace guest {
namespace {

constexpr std::size_t kMounts = 2 * TMPFS_CPU_LINES + 6;
constexpr int kSamples = 15;

struct Work {
  volatile int stop = 0;
  int rounds = 0;
  Tally tally[kMounts];
};

// A file on each mount in turn; the one of the round before goes.
int go_round(Work& work, const std::vector<std::unique_ptr<Mount>>& mounts) {
  while (work.stop == 0) {
    for (std::size_t i = 0; i < mounts.size(); ++i) {
      const std::string name = mounts[i]->file("f");
      if (work.rounds > 0 && ::unlink((name + std::to_string(work.rounds - 1)).c_str()) != 0) return 1;
      if (!put_file(name + std::to_string(work.rounds), pattern(), 5000 + i, work.tally[i])) return 2;
    }
    ++work.rounds;
  }
  return 0;
}

const Counters& counters_of(const Sample& sample, const Mount& mount) {
  const SuperblockSample* row = sample.superblock(mount.dev());
  if (row == nullptr) throw std::runtime_error(mount.path() + " is not listed");
  return row->counters;
}

// What is cumulative never goes back, and what was there before the sample was asked for is in it.
void check_progress(Fixture& f, const Mount& mount, const Counters& before, const Counters& now) {
  const auto grows = [&](const char* what, std::int64_t from, std::int64_t to) {
    f.expect(from <= to,
             mount.path() + " " + what + " went back from " + std::to_string(from) + " to " + std::to_string(to));
  };
  grows("allocated_bytes", before.allocated, now.allocated);
  grows("freed_bytes", before.freed, now.freed);
  grows("written_bytes", before.written, now.written);
  grows("write_calls", before.calls, now.calls);
  grows("created regular", before.created[kRegular], now.created[kRegular]);
  grows("removed regular", before.removed[kRegular], now.removed[kRegular]);
}

void rows_share_lines(Fixture& f) {
  std::vector<std::unique_ptr<Mount>> mounts;
  std::vector<const Mount*> all;
  for (std::size_t i = 0; i < kMounts; ++i) {
    mounts.push_back(std::make_unique<Mount>("size=256k"));
    all.push_back(mounts.back().get());
  }
  const Sample base = f.checkpoint(all);
  const Shared<Work> work;
  Child worker(nullptr, "lines", [&] { return go_round(*work, mounts); });
  Sample before = base;
  for (int i = 0; i < kSamples && f.failures().empty(); ++i) {
    const std::int64_t written = work->tally[0].written;
    Sample now = f.env.tool->sample_after(monotonic_ns());
    for (const Mount* mount : all) check_progress(f, *mount, counters_of(before, *mount), counters_of(now, *mount));
    f.expect(counters_of(now, *all[0]).written >= written, "a write of before the sample is not in it");
    before = std::move(now);
  }
  work->stop = 1;
  const auto status = worker.wait(std::chrono::seconds(60));
  f.expect(status && *status == 0, "the worker did not end well");
  f.expect(work->rounds >= kSamples, "only " + std::to_string(work->rounds) + " rounds were made");
  const Sample last = f.checkpoint(all);
  for (std::size_t i = 0; i < kMounts; ++i) {
    const Counters& counters = counters_of(last, *all[i]);
    f.expect_tally(all[i]->path(), work->tally[i], counters);
    f.expect_created(all[i]->path(), work->tally[i], counters - counters_of(base, *all[i]));
    f.expect_eq(all[i]->path() + " removed", work->rounds - 1, counters.removed[kRegular]);
  }
}

}  // namespace

void add_cpu_line_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"rows_share_lines", Need::nothing, rows_share_lines}});
}

}  // namespace guest
