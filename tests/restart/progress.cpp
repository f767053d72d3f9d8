// SPDX-License-Identifier: Apache-2.0
#include "progress.h"

#include "lib/tally.h"

namespace guest {
namespace {

constexpr std::size_t kMostProblems = 2000;  // characters

// All that only grows. O_TMPFILE files are regular ones first: only the sum of both does.
std::vector<std::int64_t> growing(const Counters& c) {
  std::vector<std::int64_t> all{c.allocated, c.freed, c.seeded, c.written, c.calls, c.shorts, c.seeded_inodes};
  for (const auto& kinds : {c.created, c.removed}) {
    all.push_back(kinds[kRegular] + kinds[kTmpfile]);
    for (const Kind kind : {kDirectory, kSymlink, kTmpfile, kLink, kOther}) all.push_back(kinds[kind]);
  }
  for (const auto& causes : c.refusals) all.insert(all.end(), causes.begin(), causes.end());
  all.insert(all.end(), c.held.begin(), c.held.end());
  return all;
}

}  // namespace

void Progress::compare(const std::string& what, const Counts& before, const Counts& now) {
  for (std::size_t i = 0; i < before.size() && problems_.size() < kMostProblems; ++i) {
    if (now[i] < before[i])
      problems_ += "; sample " + std::to_string(samples_) + ": count " + std::to_string(i) + " of " + what +
                   " went back from " + std::to_string(before[i]) + " to " + std::to_string(now[i]);
  }
}

void Progress::add(const Sample& sample) {
  ++samples_;
  present_ = 0;
  Counts total;
  for (const LedgerSample& row : sample.ledger) {
    const Counts now = growing(row.counters);
    total.resize(now.size());
    for (std::size_t i = 0; i < now.size(); ++i) total[i] += now[i];
    const auto [known, is_new] = rows_.try_emplace({row.cgroup, row.dev, row.generation}, now);
    if (!is_new) compare("cgroup " + std::to_string(row.cgroup) + " on " + row.dev, known->second, now);
    known->second = now;
    ++present_;
  }
  compare("all rows", total_, total);
  total_ = std::move(total);
}

Counters sum_of(const Sample& sample) {
  Counters sum;
  for (const LedgerSample& row : sample.ledger) {
    const Counters& c = row.counters;
    sum.written += c.written;
    sum.calls += c.calls;
    sum.shorts += c.shorts;
    for (std::size_t op = 0; op < kOps; ++op)
      for (std::size_t cause = 0; cause < kCauses; ++cause) sum.refusals[op][cause] += c.refusals[op][cause];
  }
  return sum;
}

}  // namespace guest
