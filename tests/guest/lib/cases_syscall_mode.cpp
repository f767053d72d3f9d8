// SPDX-License-Identifier: Apache-2.0
// Mode syscall beside the exact one: its programs load on this kernel too, and count what the caller saw.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "case_table.h"

namespace guest {
namespace {

constexpr int kFarDescriptor =
    100;  // behind a process's first table of descriptors, which the programs reach otherwise
constexpr int kRefusedWrites = 5;
constexpr int kMostTries = 5;

// Fills the mount by a descriptor that is dup'ed to `at`, and goes on writing.
void fill_and_go_on(const Mount& m, int at, Tally& t) {
  const Fd made(create(m.file("log" + std::to_string(at)), t));
  const Fd fd(::dup2(made.get(), at));
  put(fd.get(), pattern(), 1500, kAtPosition, t);
  while (put(fd.get(), pattern(), 2 * kPage, kAtPosition, t) == 2 * kPage) {
  }
  for (int i = 0; i < kRefusedWrites; ++i) put(fd.get(), pattern(), 1500, kAtPosition, t);
}

// False when the kernel left runs of the programs out meanwhile: on a preemptible one it may, and the tool says so.
bool compare(Fixture& f, Tool& tool) {
  const Mount near("size=1m"), far("size=1m"), few_inodes("size=1m,nr_inodes=4");
  const Sample before = tool.sample_after(monotonic_ns());
  Tally by_near, by_far, by_inodes;
  fill_and_go_on(near, kFarDescriptor / 2, by_near);
  fill_and_go_on(far, kFarDescriptor, by_far);
  for (int i = 0; i < 6; ++i) {
    const Fd file(create(few_inodes.file("file" + std::to_string(i)), by_inodes));
  }
  // A refused name is looked up by user space, after the sample of its interval.
  const Sample next = tool.sample_after(monotonic_ns());
  const Sample sample = tool.sample_after(next.monotonic_ns);
  if (sample.loss("recursion_misses") != before.loss("recursion_misses")) return false;

  f.expect_eq("own refused writes", kRefusedWrites + 1, by_near.refused[kWrite][kBlocks]);
  f.expect_eq("own refused files", 3, by_inodes.refused[kCreate][kInodes]);
  const std::uint64_t own = f.env.own->id();
  f.expect_tally("near", by_near, sample.ledger_row(own, near.dev()));
  f.expect_tally("far", by_far, sample.ledger_row(own, far.dev()));
  f.expect_tally("few_inodes", by_inodes, sample.ledger_row(own, few_inodes.dev()));
  f.expect_eq("created regular", 3, sample.ledger_row(own, few_inodes.dev()).created[kRegular]);
  for (const auto& [name, count] : sample.losses) {
    if (name != "recursion_misses" && name != "stacks_without_names") f.expect_eq(name, 0, count);
  }
  return true;
}

void syscall_mode(Fixture& f) {
  Tool tool(f.env.options.tool, {"--interval", "100ms", "--mode", "syscall"}, f.env.documents);
  const Sample first = tool.sample_after(0);
  f.expect(first.mode == "syscall", "the mode is " + first.mode);
  bool compared = false;
  for (int i = 0; i < kMostTries && !compared; ++i) compared = compare(f, tool);
  f.expect(compared, "runs of programs were left out each time");
  f.expect(tool.running(), "the tool has ended");
  f.expect_eq("wait status", 0, tool.end(SIGTERM, std::chrono::seconds(10)).value_or(-1));
}

}  // namespace

void add_syscall_mode_case(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"syscall_mode", Need::nothing, syscall_mode}});
}

}  // namespace guest
