// SPDX-License-Identifier: Apache-2.0
// The random workload against the kernel's books, and the tool started in the middle of it.
#include <signal.h>

#include <algorithm>
#include <array>

#include "case_table.h"
#include "stress.h"

namespace guest {
namespace {

constexpr std::uint64_t kOpsPerCheckpoint = 20'000;

using Base = std::array<Counters, kStressMounts>;

Counters counters_of(const Sample& sample, const Mount& mount) {
  const SuperblockSample* sb = sample.superblock(mount.dev());
  return sb == nullptr ? Counters{} : sb->counters;
}

// Before the first operation: a new mount has its root directory already.
Base base_of(Fixture& f, const Stress& stress) {
  const Sample sample = f.checkpoint(stress.mounts());
  Base base;
  for (std::size_t i = 0; i < base.size(); ++i) base[i] = counters_of(sample, *stress.mounts()[i]);
  return base;
}

void check_against_workload(Fixture& f, const Stress& stress, const Base& base, const std::string& when) {
  const Sample sample = f.checkpoint(stress.mounts());
  for (int i = 0; i < kStressMounts; ++i) {
    const auto index = static_cast<std::size_t>(i);
    const Counters seen = counters_of(sample, *stress.mounts()[index]) - base[index];
    const std::string what = when + " mount " + std::to_string(i);
    f.expect_tally(what, stress.tally(i), seen);
    Tally tally = stress.tally(i);
    // Of a long symlink the kernel makes the inode first, and takes it back when its target finds no page.
    tally.created[kSymlink] += tally.refused[kSymlinkOp][kBlocks];
    for (const Kind kind : {kRegular, kDirectory, kSymlink, kTmpfile}) {
      f.expect_eq(what + " created " + kKindNames[kind], tally.created[kind], seen.created[kind]);
    }
  }
}

std::string losses_of(Fixture& f) {
  std::string text;
  for (const auto& [name, count] : f.env.tool->sample_after(monotonic_ns()).losses) {
    if (count != 0) text += " " + name + "=" + std::to_string(count);
  }
  return text;
}

void stress(Fixture& f) {
  Stress stress(f.env, f.env.options.seed);
  const std::uint64_t per_worker = std::max<std::uint64_t>(1, f.env.options.ops / kStressWorkers);
  const std::uint64_t step = std::min<std::uint64_t>(per_worker, kOpsPerCheckpoint / kStressWorkers);
  const Base base = base_of(f, stress);
  for (std::uint64_t target = step; f.failures().empty(); target = std::min(target + step, per_worker)) {
    if (!stress.run_to(target)) {
      f.expect(false, "the workers do not come to rest");
      return;
    }
    check_against_workload(f, stress, base, "after " + std::to_string(stress.done()) + " operations,");
    for (int i = 0; i < kStressCgroups; ++i) f.check_cgroup(stress.cgroup(i));
    if (target >= per_worker) break;
  }
  f.env.ops += stress.done();
  std::int64_t refused = 0;
  for (int i = 0; i < kStressMounts; ++i) {
    const Tally tally = stress.tally(i);
    for (const auto& causes : tally.refused) {
      for (const std::int64_t count : causes) refused += count;
    }
  }
  f.expect(refused > static_cast<std::int64_t>(per_worker / 20),
           "the workload was refused too seldom to prove much: " + std::to_string(refused) + " times");
  stress.end();
  stress.remove_all();
  const Sample sample = f.checkpoint(stress.mounts());
  for (const Mount* mount : stress.mounts()) {
    const SuperblockSample* sb = sample.superblock(mount->dev());
    f.expect_eq(mount->path() + " resident_bytes at the end", 0, sb == nullptr ? -1 : sb->counters.resident);
    f.expect_eq(mount->path() + " inodes at the end", 1, sb == nullptr ? -1 : sb->counters.inode_units());
  }
  for (int i = 0; i < kStressCgroups; ++i) {
    for (const Mount* mount : stress.mounts()) {
      f.expect_eq(stress.cgroup(i).path() + " on " + mount->path() + " resident_bytes at the end", 0,
                  sample.ledger_row(stress.cgroup(i).id(), mount->dev()).resident);
    }
    f.check_cgroup(stress.cgroup(i));
  }
  if (!f.failures().empty()) {
    f.expect(false, std::to_string(stress.done()) + " operations, seed " + std::to_string(f.env.options.seed) +
                        ", losses:" + losses_of(f));
  }
}

void attach_during_stress(Fixture& f) {
  Stress stress(f.env, f.env.options.seed + 1);
  f.env.tool.reset();
  stress.run_to(1000);
  stress.slow_down();
  for (int round = 0; round < 2; ++round) {
    stress.run_freely();
    f.env.start_tool();  // walks and attaches while everything moves
    const std::uint64_t seen = stress.done();
    poll_until(std::chrono::seconds(20), [&] { return stress.done() > seen + 1000; });
    f.expect(stress.pause(), "the workers do not come to rest");
    f.checkpoint(stress.mounts());
    if (!f.failures().empty()) f.expect(false, "attachment " + std::to_string(round) + ", losses:" + losses_of(f));
  }
  f.env.ops += stress.done();
  stress.end();
  stress.remove_all();
  const Sample sample = f.checkpoint(stress.mounts());
  for (const Mount* mount : stress.mounts()) {
    const SuperblockSample* sb = sample.superblock(mount->dev());
    f.expect_eq(mount->path() + " resident_bytes at the end", 0, sb == nullptr ? -1 : sb->counters.resident);
  }
}

// Killed hard and asked to end, in the middle of everything: nothing may stay behind in the kernel.
void end_during_stress(Fixture& f) {
  f.env.tool.reset();
  const int programs = bpf_programs();
  Stress stress(f.env, f.env.options.seed + 2);
  stress.slow_down();
  stress.run_freely();
  for (const int signal : {SIGKILL, SIGTERM}) {
    f.env.start_tool();
    f.env.tool->sample_after(monotonic_ns());
    f.expect(programs < 0 || bpf_programs() > programs, "no BPF program was loaded");
    const auto status = f.env.tool->end(signal, std::chrono::seconds(20));
    f.expect(status.has_value(), "the tool does not end on signal " + std::to_string(signal));
    if (signal != SIGKILL && status) f.expect_eq("wait status after signal " + std::to_string(signal), 0, *status);
    // The kernel frees programs some time after the last reference has gone.
    const bool freed = poll_until(std::chrono::seconds(10), [&] { return bpf_programs() <= programs; });
    f.expect(freed, "BPF programs leaked: " + std::to_string(programs) + " before, " + std::to_string(bpf_programs()) +
                        " after signal " + std::to_string(signal));
  }
  f.env.start_tool();
  f.expect(stress.pause(), "the workers do not come to rest");
  f.checkpoint(stress.mounts());
  f.env.ops += stress.done();
}

}  // namespace

void add_stress_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"stress", Need::nothing, stress},
                             {"attach_during_stress", Need::nothing, attach_during_stress},
                             {"end_during_stress", Need::nothing, end_during_stress}});
}

}  // namespace guest
