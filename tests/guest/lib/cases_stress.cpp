// SPDX-License-Identifier: Apache-2.0
// The random workload against the kernel's books, and the tool started and ended in the middle of it.
#include <signal.h>

#include <algorithm>

#include "block_device.h"
#include "case_table.h"
#include "kernel_objects.h"
#include "stress.h"
#include "stress_books.h"

namespace guest {
namespace {

constexpr std::uint64_t kOpsPerCheckpoint = 20'000;
constexpr std::uint64_t kOpsWithSwap = 20'000;

std::uint64_t per_worker(std::uint64_t ops) { return (ops + kStressWorkers - 1) / kStressWorkers; }

std::int64_t vm_events(const char* name) { return read_key("/proc/vmstat", name); }

// Runs the workload in steps, each closed by a comparison of everything; false when something was wrong.
bool run_in_steps(Fixture& f, Stress& stress, const StressMoment& base, std::uint64_t ops, bool compare_cgroups) {
  const std::uint64_t last = per_worker(ops);
  for (std::uint64_t target = 0; target < last && f.failures().empty();) {
    target = std::min(target + per_worker(kOpsPerCheckpoint), last);
    if (!stress.run_to(target)) {
      f.expect(false, "the workers do not come to rest");
      break;
    }
    const std::string when = "after " + std::to_string(stress.done()) + " operations,";
    compare_moments(f, when, base, take_moment(f, stress), Links::compared);
    for (int i = 0; compare_cgroups && i < kStressCgroups; ++i) f.check_cgroup(stress.cgroup(i));
  }
  f.env.ops += stress.done();
  f.expect(stress.done() >= ops, "only " + std::to_string(stress.done()) + " operations were made");
  return f.failures().empty();
}

// The workers leave and everything is removed: nothing may be left of it in any book.
void end_and_check(Fixture& f, Stress& stress, const StressMoment& base) {
  stress.end();
  stress.remove_all();
  const StressMoment now = take_moment(f, stress);
  for (std::size_t i = 0; i < now.mount.size(); ++i) {
    const std::string mount = "mount " + std::to_string(i);
    f.expect_eq(mount + " resident_bytes at the end", 0, now.mount[i].resident);
    f.expect_eq(mount + " inodes at the end", 1, now.mount[i].inode_units());
  }
  f.expect_eq("the internal mount's resident_bytes at the end", base.internal.resident, now.internal.resident);
  f.expect_eq("the internal mount's inodes at the end", base.internal.inodes, now.internal.inodes);
  for (int i = 0; i < kStressCgroups; ++i) {
    for (std::size_t place = 0; place < kStressPlaces; ++place) {
      f.expect_eq(stress.cgroup(i).path() + " on mount " + std::to_string(place) + " resident_bytes at the end", 0,
                  now.row[static_cast<std::size_t>(i)][place].resident);
    }
    f.check_cgroup(stress.cgroup(i));
  }
}

void describe_failure(Fixture& f, const Stress& stress, const std::string& more = "") {
  if (f.failures().empty()) return;
  f.expect(false, std::to_string(stress.done()) + " operations, seed " + std::to_string(f.env.options.seed) + more);
}

void stress(Fixture& f) {
  Stress stress(f.env, f.env.options.seed);
  const StressMoment base = take_moment(f, stress);
  const std::int64_t huge_before = vm_events("thp_file_alloc");
  if (run_in_steps(f, stress, base, f.env.options.ops, true)) {
    check_refusals(f, stress, take_moment(f, stress));
    const std::int64_t huge = vm_events("thp_file_alloc") - huge_before;
    f.expect(huge >= std::max<std::int64_t>(1, static_cast<std::int64_t>(stress.done() / 1000)),
             "only " + std::to_string(huge) + " huge pages were made");
    f.note(std::to_string(huge) + " huge pages");
  }
  end_and_check(f, stress, base);
  describe_failure(f, stress);
}

void stress_with_swap(Fixture& f) {
  SwapSpace swap;
  Stress stress(f.env, f.env.options.seed + 3, true);
  const StressMoment base = take_moment(f, stress);
  const std::int64_t out_before = vm_events("pswpout");
  const std::int64_t in_before = vm_events("pswpin");
  // Not compared with memory.stat: its shmem is without the pages in swap.
  run_in_steps(f, stress, base, std::max(kOpsWithSwap, f.env.options.ops / 10), false);
  const std::int64_t out = vm_events("pswpout") - out_before;
  const std::int64_t in = vm_events("pswpin") - in_before;
  f.note(std::to_string(out) + " pages went out to swap, " + std::to_string(in) + " came in, " +
         std::to_string(SwapSpace::used_kib()) + " KiB are there");
  f.expect(out >= 1000 && in >= 100,
           "only " + std::to_string(out) + " pages went out to swap, " + std::to_string(in) + " came in");
  f.expect(swap.stop(), "swapoff failed");
  compare_moments(f, "after swapoff,", base, take_moment(f, stress), Links::compared);
  end_and_check(f, stress, base);
  describe_failure(f, stress);
}

// Freely for that many operations, then at rest.
bool run_some(Fixture& f, Stress& stress, std::uint64_t ops) {
  const std::uint64_t seen = stress.done();
  stress.run_freely();
  const bool done = poll_until(std::chrono::seconds(60), [&] { return stress.done() >= seen + ops; });
  const bool rests = stress.pause();
  f.expect(done && rests, rests ? "the workers are too slow" : "the workers do not come to rest");
  return done && rests;
}

// What was there before is only found: between two moments after the attachment everything is known.
void attach_during_stress(Fixture& f) {
  Stress stress(f.env, f.env.options.seed + 1);
  f.env.stop_tool();
  stress.run_to(1000);
  stress.slow_down();
  for (int round = 0; round < 2 && f.failures().empty(); ++round) {
    stress.run_freely();
    f.env.start_tool();  // walks and attaches while everything moves
    if (!run_some(f, stress, 1000)) break;
    const StressMoment before = take_moment(f, stress);
    if (!run_some(f, stress, 2000)) break;
    const std::string when = "attachment " + std::to_string(round) + ",";
    compare_moments(f, when, before, take_moment(f, stress), Links::ignored);
    describe_failure(f, stress, ", " + when + " losses" + f.env.losses.text());
  }
  f.env.ops += stress.done();
  stress.end();
  stress.remove_all();
  const StressMoment now = take_moment(f, stress);
  for (std::size_t i = 0; i < now.mount.size(); ++i) {
    f.expect_eq("mount " + std::to_string(i) + " resident_bytes at the end", 0, now.mount[i].resident);
    f.expect_eq("mount " + std::to_string(i) + " inodes at the end", 1, now.mount[i].inode_units());
  }
}

// Killed hard and asked to end, in the middle of everything: nothing may stay behind in the kernel.
void end_during_stress(Fixture& f) {
  f.env.stop_tool();
  wait_for_no_kernel_objects("by the tool of the cases before");
  Stress stress(f.env, f.env.options.seed + 2);
  stress.slow_down();
  stress.run_freely();
  for (const int signal : {SIGKILL, SIGTERM}) {
    f.env.start_tool();
    f.env.tool->sample_after(monotonic_ns());
    const KernelObjects during = kernel_objects();
    f.expect(during.complete(), "with the tool running there are only " + during.text());
    const auto status = f.env.tool->end(signal, std::chrono::seconds(20));
    f.expect(status.has_value(), "the tool does not end on signal " + std::to_string(signal));
    if (signal != SIGKILL && status) f.expect_eq("wait status after signal " + std::to_string(signal), 0, *status);
    wait_for_no_kernel_objects("after signal " + std::to_string(signal));
  }
  f.env.start_tool();
  f.expect(stress.pause(), "the workers do not come to rest");
  f.checkpoint(stress.mounts());
  f.env.ops += stress.done();
}

}  // namespace

void add_stress_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"stress", Need::nothing, stress},
                             {"stress_with_swap", Need::nothing, stress_with_swap},
                             {"attach_during_stress", Need::nothing, attach_during_stress},
                             {"end_during_stress", Need::nothing, end_during_stress}});
}

}  // namespace guest
