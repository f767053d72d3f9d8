// SPDX-License-Identifier: Apache-2.0
#include "limited.h"

#include <sys/mman.h>

#include <atomic>
#include <optional>
#include <stdexcept>

namespace guest {
namespace {

constexpr int kNoRight = 77;
constexpr std::int64_t kRoom = 4 << 20;

struct State {
  std::atomic<int> ready;
  std::atomic<int> go;
  Tally tally;
};

// In a memcg at its limit whose tasks cannot be killed a page fault is tried for ever. So everything is in place before
// the limit comes: the state too, which is memory shared with the parent and touched here first.
int live(const LimitedWork& work, State& state) {
  if (!write_text("/proc/self/oom_score_adj", "-1000")) return kNoRight;
  if (::mlockall(MCL_CURRENT) != 0) return 1;
  work.prepare();
  state.tally = Tally{};
  state.ready = 1;
  while (state.go == 0) {
  }
  work.act(state.tally);
  return 0;
}

// Everything is in place; throws when it never is.
void wait_until_ready(Child& child, const State& state) {
  std::optional<int> ended;
  poll_until(std::chrono::seconds(20), [&] {
    ended = child.wait(std::chrono::milliseconds(0));
    return state.ready == 1 || ended;
  });
  if (ended && *ended == kNoRight << 8) throw Skip("no right to make a process unkillable");
  if (ended) throw std::runtime_error("the process ended before the limit, wait status " + std::to_string(*ended));
  if (state.ready != 1) throw std::runtime_error("the process to be limited does not become ready");
}

}  // namespace

LimitedRun run_at_limit(Fixture& f, const Cgroup& limited, const Cgroup& member, const LimitedWork& work) {
  const Shared<State> state;
  Child child(&member, "limited", [&] { return live(work, *state); });
  wait_until_ready(child, *state);
  f.expect(limited.set_limit(limited.usage() + kRoom), "the limit could not be set");
  state->go = 1;
  LimitedRun run;
  run.pid = child.pid();
  auto status = child.wait(std::chrono::seconds(30));
  run.lifted = !status;
  f.expect(limited.lift_limit(), "the limit could not be lifted");
  if (!status) status = child.wait(std::chrono::seconds(20));
  f.expect_eq("wait status of the limited process", 0, status.value_or(-1));
  run.tally = state->tally;
  return run;
}

void fill_to_limit(int fd, Tally& tally) {
  for (int i = 0; i < 1000 && tally.refused[kWrite][kMemcg] < 3; ++i) {
    put(fd, pattern(), 64 * 1024, kAtPosition, tally, kMemcg);
  }
}

}  // namespace guest
