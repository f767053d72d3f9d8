// SPDX-License-Identifier: Apache-2.0
// Replays every trace through the forecast, prints what it said beside the truth and predict_linear, and judges.
//
// error = |time to full said - true time left| / true time left. Where nothing is said it counts as 100 %.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <tuple>

#include <fmt/format.h>

#include "trace.h"

namespace tmpfstrace::backtest {
namespace {

constexpr double most_median_error = 0.10;
constexpr double fewest_numbers = 0.90;  // of the points from 25 % on: saying nothing is no way to be right
constexpr double nothing_said = 1.0;

using Answers = std::map<std::tuple<std::string, std::string, std::string>, double>;

std::optional<Answers> read_answers(const std::string& path) {
  std::ifstream file(path);
  Answers answers;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string trace, part, window, value;
    if (!std::getline(fields, trace, '\t') || !std::getline(fields, part, '\t') ||
        !std::getline(fields, window, '\t') || !std::getline(fields, value))
      return std::nullopt;
    answers[{trace, part, window}] = std::strtod(value.c_str(), nullptr);
  }
  return answers;
}

const char* name_of_state(ForecastState state) {
  switch (state) {
    case ForecastState::no_limit: return "no limit";
    case ForecastState::not_enough_evidence: return "not enough evidence";
    case ForecastState::not_growing: return "not growing";
    case ForecastState::settles: return "settles";
    case ForecastState::fills_unless_cleaned: return "unless cleaned";
    case ForecastState::fills: return "fills";
    case ForecastState::full: return "full";
  }
  return "";
}

double median(std::vector<double> values) {
  if (values.empty()) return std::nan("");
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double seconds(const std::optional<std::uint64_t>& ns) { return ns ? static_cast<double>(*ns) / 1e9 : std::nan(""); }

double error_of(double said_s, double truth_s) {
  // A line that does not come down to 0 says "never".
  return said_s >= 0 ? std::abs(said_s - truth_s) / truth_s : INFINITY;
}

std::string percent(double value) {
  return std::isinf(value) ? "never" : std::isnan(value) ? "-" : fmt::format("{:.1f} %", value * 100);
}

struct Errors {
  std::vector<double> ours, quarter, whole;
};

// Fails when an answer is missing.
bool judge_filling(const Trace& trace, const Answers& answers, Errors& errors, int& numbers) {
  LimitForecast forecast;
  std::size_t next = 0;
  for (const Judged& judged : judged_points(trace)) {
    for (; next <= judged.index; ++next)
      if (const auto seen = observation_of(trace, trace.points[next], trace.limit())) forecast.observe(*seen);
    const Forecast said = forecast.forecast();
    const std::string part = fmt::format("{:.2f}", judged.part);
    const auto quarter = answers.find({trace.name, part, "quarter"});
    const auto whole = answers.find({trace.name, part, "whole"});
    if (quarter == answers.end() || whole == answers.end()) {
      fmt::print(stderr, "backtest: no answer of predict_linear for {} at {}\n", trace.name, part);
      return false;
    }
    const double of_quarter = error_of(quarter->second, judged.truth_s);
    const double of_whole = error_of(whole->second, judged.truth_s);
    const double ours = said.mid_ns ? error_of(seconds(said.mid_ns), judged.truth_s) : nothing_said;
    if (judged.part > 0.2) {
      numbers += said.mid_ns ? 1 : 0;
      errors.ours.push_back(ours);
      errors.quarter.push_back(of_quarter);
      errors.whole.push_back(of_whole);
    }
    if (std::find(std::begin(shown_at), std::end(shown_at), judged.part) == std::end(shown_at)) continue;
    const std::string interval = said.mid_ns ? fmt::format("{:.1f} ({:.1f} to {:.1f})", seconds(said.mid_ns),
                                                           seconds(said.low_ns), seconds(said.high_ns))
                                             : "-";
    fmt::print("| {} | {:.0f} % | {:.1f} | {} | {} | {} | {} | {} |\n", trace.name, judged.part * 100, judged.truth_s,
               interval, name_of_state(said.state), said.mid_ns ? percent(ours) : "-", percent(of_quarter),
               percent(of_whole));
  }
  return true;
}

struct Claims {
  int samples = 0, without_reserve = 0, with_reserve = 0;
};

Claims judge_never_filling(const Trace& trace) {
  Claims claims;
  for (const Limit limit : {Limit::blocks, Limit::inodes}) {
    LimitForecast forecast;
    for (const TracePoint& point : trace.points) {
      const auto seen = observation_of(trace, point, limit);
      if (!seen) continue;
      forecast.observe(*seen);
      const ForecastState state = forecast.forecast().state;
      ++claims.samples;
      claims.without_reserve += state == ForecastState::fills || state == ForecastState::full ? 1 : 0;
      claims.with_reserve += state == ForecastState::fills_unless_cleaned ? 1 : 0;
    }
  }
  return claims;
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
  int numbers = 0;
  for (const Trace& trace : traces)
    if (trace.fills() && !judge_filling(trace, *answers, errors[trace.workload()], numbers)) return 2;

  fmt::print("\nMedian error from 25 % to 75 % of the way, every 5 %:\n\n");
  fmt::print("| trace | ours | predict_linear, quarter | whole |\n|---|--:|--:|--:|\n");
  std::vector<double> all, all_quarter, all_whole;
  bool better_than_quarter = true;
  bool better_than_whole = true;
  for (const auto& [name, of_trace] : errors) {
    const double ours = median(of_trace.ours);
    const double quarter = median(of_trace.quarter);
    const double whole = median(of_trace.whole);
    fmt::print("| {} | {} | {} | {} |\n", name, percent(ours), percent(quarter), percent(whole));
    better_than_quarter = better_than_quarter && ours < quarter;
    better_than_whole = better_than_whole && ours < whole;
    all.insert(all.end(), of_trace.ours.begin(), of_trace.ours.end());
    all_quarter.insert(all_quarter.end(), of_trace.quarter.begin(), of_trace.quarter.end());
    all_whole.insert(all_whole.end(), of_trace.whole.begin(), of_trace.whole.end());
  }
  fmt::print("| all | {} | {} | {} |\n\n", percent(median(all)), percent(median(all_quarter)),
             percent(median(all_whole)));

  fmt::print("| never filled | forecasts | said to fill | said to fill unless cleaned |\n|---|--:|--:|--:|\n");
  int false_claims = 0;
  int quiet_traces = 0;
  for (const Trace& trace : traces) {
    if (trace.fills()) continue;
    const Claims claims = judge_never_filling(trace);
    fmt::print("| {} | {} | {} | {} |\n", trace.name, claims.samples, claims.without_reserve, claims.with_reserve);
    false_claims += claims.without_reserve;
    ++quiet_traces;
  }
  fmt::print("\n");

  const double said = static_cast<double>(numbers) / static_cast<double>(std::max<std::size_t>(all.size(), 1));
  bool met =
      goal(errors.size() >= 5 && quiet_traces >= 3,
           fmt::format("{} traces that fill and {} that never do (5 and 3 at least)", errors.size(), quiet_traces));
  met &= goal(median(all) <= most_median_error, fmt::format("median error {} (10 % at most)", percent(median(all))));
  met &= goal(said >= fewest_numbers,
              fmt::format("a number at {:.0f} % of the points from 25 % on (90 % at least)", said * 100));
  met &= goal(better_than_quarter, "better than predict_linear over a quarter of the time on every trace that fills");
  met &= goal(better_than_whole, "better than predict_linear over all the time on every trace that fills");
  met &= goal(false_claims == 0, fmt::format("{} times said to fill on traces that never do (0)", false_claims));
  return met ? 0 : 1;
}

}  // namespace tmpfstrace::backtest
