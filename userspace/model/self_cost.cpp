// SPDX-License-Identifier: Apache-2.0
#include "model/self_cost.h"

#include <algorithm>
#include <cstddef>
#include <tuple>

#include "model/ratio.h"

namespace tmpfstrace {
namespace {

constexpr double nanoseconds_per_second = 1e9;

std::optional<std::uint64_t> cpu_of_both(const SelfCost& cost) {
  if (!cost.process.cpu_ns || !cost.worker.cpu_ns) return std::nullopt;
  return *cost.process.cpu_ns + *cost.worker.cpu_ns;
}

}  // namespace

ProgramWindow window_between(std::uint64_t start_ns, const std::vector<ProgramRuns>& before, std::uint64_t end_ns,
                             std::vector<ProgramRuns> after) {
  for (std::size_t i = 0; i < after.size() && i < before.size(); ++i) {
    after[i].runs -= before[i].runs;
    after[i].run_time_ns -= before[i].run_time_ns;
  }
  return {start_ns, end_ns, std::move(after)};
}

std::uint64_t length_ns(const ProgramWindow& window) { return window.end_ns - window.start_ns; }

std::optional<double> share_of(const ProgramRuns& runs, const ProgramWindow& window) {
  return ratio_of(runs.run_time_ns, length_ns(window));
}

std::optional<double> per_second(const ProgramRuns& runs, const ProgramWindow& window) {
  const auto per_ns = ratio_of(runs.runs, length_ns(window));
  return per_ns ? std::optional(*per_ns * nanoseconds_per_second) : std::nullopt;
}

std::optional<double> ns_per_run(const ProgramRuns& runs) { return ratio_of(runs.run_time_ns, runs.runs); }

std::vector<ProgramRuns> by_cost(const ProgramWindow& window) {
  std::vector<ProgramRuns> programs = window.programs;
  std::ranges::sort(programs, [](const ProgramRuns& a, const ProgramRuns& b) {
    return std::tie(b.run_time_ns, b.runs, a.name) < std::tie(a.run_time_ns, a.runs, b.name);
  });
  return programs;
}

SelfView derive_self(const SelfCost& now, const SelfCost* previous, std::uint64_t interval_ns) {
  SelfView view;
  view.cost = now;
  const auto cpu = cpu_of_both(now);
  const auto cpu_before = previous == nullptr ? std::nullopt : cpu_of_both(*previous);
  if (cpu && cpu_before && *cpu >= *cpu_before) view.cpu_share = ratio_of(*cpu - *cpu_before, interval_ns);
  if (!now.window) return view;
  ProgramRuns all;
  for (const ProgramRuns& program : now.window->programs) {
    all.runs += program.runs;
    all.run_time_ns += program.run_time_ns;
  }
  view.program_share = share_of(all, *now.window);
  view.runs_per_second = per_second(all, *now.window);
  return view;
}

}  // namespace tmpfstrace
