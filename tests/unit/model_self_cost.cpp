// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "model/derive.h"
#include "model_samples.h"

using namespace tmpfstrace;
using namespace tmpfstrace::test;

namespace {

SelfCost spent(std::uint64_t process_ns, std::uint64_t worker_ns) {
  SelfCost cost;
  cost.process.cpu_ns = process_ns;
  cost.worker.cpu_ns = worker_ns;
  return cost;
}

std::vector<std::string> names(const std::vector<ProgramRuns>& programs) {
  std::vector<std::string> list;
  for (const ProgramRuns& program : programs) list.push_back(program.name);
  return list;
}

}  // namespace

TEST_CASE("a window holds what came about between its two readings") {
  // The kernel keeps what it counted in windows before, of this and of others.
  const ProgramWindow window =
      window_between(5 * second, {{"a", 100, 7'000}, {"b", 3, 30}}, 7 * second, {{"a", 300, 57'000}, {"b", 3, 30}});
  CHECK(length_ns(window) == 2 * second);
  REQUIRE(window.programs.size() == 2);
  const ProgramRuns& a = window.programs[0];
  CHECK(a.runs == 200);
  CHECK(a.run_time_ns == 50'000);
  CHECK(per_second(a, window) == 100.0);
  CHECK(ns_per_run(a) == 250.0);
  CHECK(share_of(a, window) == Approx(0.000025));
  const ProgramRuns& b = window.programs[1];
  CHECK(b.runs == 0);
  CHECK(per_second(b, window) == 0.0);
  CHECK_FALSE(ns_per_run(b));
}

TEST_CASE("a window without length has no rates") {
  const ProgramWindow window = window_between(second, {{"a", 1, 1}}, second, {{"a", 2, 2}});
  CHECK_FALSE(per_second(window.programs[0], window));
  CHECK_FALSE(share_of(window.programs[0], window));
}

TEST_CASE("programs by what they cost") {
  const ProgramWindow window{0, second, {{"d", 0, 0}, {"b", 5, 10}, {"c", 0, 0}, {"a", 1, 20}, {"e", 9, 10}}};
  CHECK(names(by_cost(window)) == std::vector<std::string>{"a", "e", "b", "c", "d"});
}

TEST_CASE("the share of a CPU is that of both processes in the last interval") {
  const SelfCost before = spent(100'000'000, 10'000'000);
  const SelfCost now = spent(120'000'000, 15'000'000);
  CHECK(derive_self(now, &before, second / 2).cpu_share == 0.05);
  CHECK_FALSE(derive_self(now, nullptr, 0).cpu_share);
  CHECK_FALSE(derive_self(now, &before, 0).cpu_share);
  // Another run's.
  CHECK_FALSE(derive_self(before, &now, second).cpu_share);
  SelfCost unknown = now;
  unknown.worker.cpu_ns.reset();
  CHECK_FALSE(derive_self(unknown, &before, second).cpu_share);
  CHECK_FALSE(derive_self(now, &unknown, second).cpu_share);
}

TEST_CASE("the programs' share is of the window, not of the interval") {
  SelfCost cost = spent(1, 1);
  CHECK_FALSE(derive_self(cost, nullptr, 0).program_share);
  CHECK_FALSE(derive_self(cost, nullptr, 0).runs_per_second);
  cost.window = ProgramWindow{second, 3 * second, {{"a", 1000, 10'000'000}, {"b", 500, 30'000'000}}};
  const SelfView view = derive_self(cost, nullptr, 0);
  CHECK(view.program_share == 0.02);
  CHECK(view.runs_per_second == 750.0);
}

TEST_CASE("a snapshot has what its sample has of the tool's cost") {
  Sample before = sample_at(second);
  Sample now = sample_at(3 * second);
  CHECK_FALSE(derive_after(now, before).self);
  now.self = spent(500'000'000, 0);
  REQUIRE(derive_after(now, before).self);
  CHECK_FALSE(derive_after(now, before).self->cpu_share);
  before.self = spent(300'000'000, 0);
  CHECK(derive_after(now, before).self->cpu_share == 0.1);
  CHECK_FALSE(derive_snapshot(now, nullptr).self->cpu_share);
}
