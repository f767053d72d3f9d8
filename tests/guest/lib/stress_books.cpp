// SPDX-License-Identifier: Apache-2.0
#include "stress_books.h"

namespace guest {
namespace {

Tally difference(const Tally& now, const Tally& before) {
  Tally d = now;
  d.written -= before.written;
  d.calls -= before.calls;
  d.failed_calls -= before.failed_calls;
  d.shorts -= before.shorts;
  for (std::size_t k = 0; k < d.created.size(); ++k) d.created[k] -= before.created[k];
  for (std::size_t o = 0; o < d.refused.size(); ++o) {
    for (std::size_t c = 0; c < d.refused[o].size(); ++c) d.refused[o][c] -= before.refused[o][c];
  }
  return d;
}

void compare_created(Fixture& f, const std::string& what, const Tally& tally, const Counters& seen, Links links) {
  Tally expected = tally;
  // Of a long symlink the kernel makes the inode first, and takes it back when its target finds no page.
  expected.created[kSymlink] += expected.refused[kSymlinkOp][kBlocks];
  if (links == Links::ignored) expected.created[kLink] = seen.created[kLink];
  f.expect_created(what, expected, seen);
}

}  // namespace

StressMoment take_moment(Fixture& f, const Stress& stress) {
  const auto mounts = stress.mounts();
  const Sample sample = f.checkpoint(mounts);
  const SuperblockSample* internal = sample.internal();
  f.expect(internal != nullptr, "the internal mount is not in the sample");
  StressMoment moment;
  if (internal != nullptr) moment.internal = internal->counters;
  for (std::size_t m = 0; m < mounts.size(); ++m) {
    const SuperblockSample* sb = sample.superblock(mounts[m]->dev());
    if (sb != nullptr) moment.mount[m] = sb->counters;
  }
  for (int g = 0; g < kStressCgroups; ++g) {
    const auto group = static_cast<std::size_t>(g);
    const std::uint64_t id = stress.cgroup(g).id();
    moment.tally[group] = stress.tallies(g);
    for (std::size_t m = 0; m < mounts.size(); ++m) moment.row[group][m] = sample.ledger_row(id, mounts[m]->dev());
    if (internal != nullptr) moment.row[group][kInternal] = sample.ledger_row(id, internal->dev);
  }
  return moment;
}

void compare_moments(Fixture& f, const std::string& when, const StressMoment& before, const StressMoment& now,
                     Links links) {
  std::array<Tally, kStressMounts> sums{};
  for (std::size_t group = 0; group < now.row.size(); ++group) {
    for (std::size_t place = 0; place < now.row[group].size(); ++place) {
      const std::string what = when + " cgroup " + std::to_string(group) + " mount " + std::to_string(place);
      const Tally tally = difference(now.tally[group][place], before.tally[group][place]);
      const Counters seen = now.row[group][place] - before.row[group][place];
      f.expect_tally(what, tally, seen);
      // An extra link is its file's owner's, whoever makes it: only the sum of all cgroups is known.
      compare_created(f, what, tally, seen, Links::ignored);
      if (place < sums.size()) sums[place] += tally;
    }
  }
  for (std::size_t mount = 0; mount < sums.size(); ++mount) {
    const std::string what = when + " mount " + std::to_string(mount);
    const Counters seen = now.mount[mount] - before.mount[mount];
    f.expect_tally(what, sums[mount], seen);
    compare_created(f, what, sums[mount], seen, links);
  }
}

void check_refusals(Fixture& f, const Stress& stress, const StressMoment& now) {
  struct Rate {
    Op op;
    std::uint64_t operations;  // of all kinds: among so many, one of this kind must have been refused
  };
  const Rate rates[] = {{kWrite, 200},      {kFault, 300},  {kFallocate, 2000}, {kCreate, 200},
                        {kMkdir, 4000},     {kMknod, 3000}, {kSymlinkOp, 2000}, {kLinkOp, 5000},
                        {kTmpfileOp, 2000}, {kXattr, 3000}, {kRename, 8000}};
  std::array<std::int64_t, kOps> refused{};
  for (const PlaceTallies& places : now.tally) {
    for (const Tally& tally : places) {
      for (std::size_t op = 0; op < refused.size(); ++op) {
        for (const std::int64_t count : tally.refused[op]) refused[op] += count;
      }
    }
  }
  std::string text = std::to_string(stress.done()) + " operations, refused:";
  for (const Rate& rate : rates) {
    if (rate.op == kXattr && !f.env.kernel.charges_xattrs) continue;
    const auto least = static_cast<std::int64_t>(stress.done() / rate.operations);
    f.expect(refused[rate.op] >= least, std::string(kOpNames[rate.op]) + " was refused only " +
                                            std::to_string(refused[rate.op]) + " times, too seldom to prove much");
    text += std::string(" ") + kOpNames[rate.op] + "=" + std::to_string(refused[rate.op]);
  }
  f.note(text);
}

}  // namespace guest
