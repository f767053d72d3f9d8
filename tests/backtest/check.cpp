// SPDX-License-Identifier: Apache-2.0
// Replays every trace through the forecast, prints what it said beside the truth and predict_linear, and judges.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "judge.h"

namespace tmpfstrace::backtest {
namespace {

constexpr double most_median_error = 0.10;
constexpr double fewest_numbers = 0.90;  // of the points from 25 % on: saying nothing is no way to be right
constexpr double fewest_inside = 0.75;
// Two errors below that are the same: a workload writes every 10 ms, of the 10 to 30 s that are left.
constexpr double resolution = 0.001;

bool is_better(double ours, double theirs) { return ours < theirs || (ours < resolution && theirs < resolution); }

void append(std::vector<double>& all, const std::vector<double>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

bool goal(bool met, const std::string& text) {
  fmt::print("{} {}\n", met ? "met:   " : "MISSED:", text);
  return met;
}

}  // namespace

int check(const std::vector<Trace>& traces, const std::string& answers_path) {
  const auto answers = read_answers(answers_path);
  if (!answers) {
    fmt::print(stderr, "backtest: {} does not hold the answers of predict_linear\n", answers_path);
    return 2;
  }
  fmt::print("| trace | of the way | left, s | said, s | state | error | predict_linear, quarter | whole |\n");
  fmt::print("|---|--:|--:|--:|---|--:|--:|--:|\n");
  std::map<std::string, Errors> errors;
  for (const Trace& trace : traces)
    if (trace.fills() && !judge_filling(trace, *answers, errors[trace.workload()])) return 2;

  fmt::print("\nMedian error from 25 % to 75 % of the way, every 5 %:\n\n");
  fmt::print("| trace | ours | predict_linear, quarter | whole | without reserve from |\n|---|--:|--:|--:|--:|\n");
  Errors all;
  bool better_than_quarter = true;
  bool better_than_whole = true;
  for (const auto& [name, of_trace] : errors) {
    const double ours = median(of_trace.ours);
    const double quarter = median(of_trace.quarter);
    const double whole = median(of_trace.whole);
    fmt::print("| {} | {} | {} | {} | {:.0f} % |\n", name, percent(ours), percent(quarter), percent(whole),
               median(of_trace.sure_from) * 100);
    better_than_quarter = better_than_quarter && is_better(ours, quarter);
    better_than_whole = better_than_whole && is_better(ours, whole);
    append(all.ours, of_trace.ours);
    append(all.quarter, of_trace.quarter);
    append(all.whole, of_trace.whole);
    all.numbers += of_trace.numbers;
    all.inside += of_trace.inside;
  }
  fmt::print("| all | {} | {} | {} | |\n\n", percent(median(all.ours)), percent(median(all.quarter)),
             percent(median(all.whole)));

  fmt::print("| never filled | forecasts | said to fill | said to fill unless cleaned |\n|---|--:|--:|--:|\n");
  int false_claims = 0;
  int never_filled = 0;
  for (const Trace& trace : traces) {
    if (trace.fills()) continue;
    const Claims claims = judge_never_filling(trace);
    fmt::print("| {} | {} | {} | {} |\n", trace.name, claims.samples, claims.without_reserve, claims.with_reserve);
    false_claims += claims.without_reserve;
    ++never_filled;
  }
  fmt::print("\n");

  const double points = static_cast<double>(std::max<std::size_t>(all.ours.size(), 1));
  const double said = all.numbers / points;
  const double inside = all.inside / static_cast<double>(std::max(all.numbers, 1));
  bool met = goal(errors.size() >= 5 && never_filled >= 3,
                  fmt::format("{} workloads that fill, {} traces that never do", errors.size(), never_filled));
  met &= goal(median(all.ours) <= most_median_error,
              fmt::format("median error {} (10 % at most)", percent(median(all.ours))));
  met &= goal(said >= fewest_numbers,
              fmt::format("a time at {:.0f} % of the points from 25 % on (90 % at least)", said * 100));
  met &= goal(inside >= fewest_inside,
              fmt::format("the truth is in {:.0f} % of the intervals (75 % at least, meant 90 %)", inside * 100));
  met &=
      goal(better_than_quarter,
           "better than predict_linear over a quarter of the time on every workload that fills (or both within 0.1 %)");
  met &= goal(better_than_whole,
              "better than predict_linear over all the time on every workload that fills (or both within 0.1 %)");
  met &= goal(false_claims == 0, fmt::format("{} times said to fill on traces that never do (0)", false_claims));
  return met ? 0 : 1;
}

}  // namespace tmpfstrace::backtest
