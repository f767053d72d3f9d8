// SPDX-License-Identifier: Apache-2.0
#include "judge.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include <fmt/format.h>

namespace tmpfstrace::backtest {
namespace {

constexpr double nothing_said = 1.0;

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

double seconds(const std::optional<std::uint64_t>& ns) { return ns ? static_cast<double>(*ns) / 1e9 : std::nan(""); }

double error_of(double said_s, double truth_s) {
  // A line that does not come down to 0 says "never".
  return said_s >= 0 ? std::abs(said_s - truth_s) / truth_s : INFINITY;
}

// The part of the way at which it was first said to fill without reserve; 1 if never.
double sure_from(const Trace& trace) {
  LimitForecast forecast;
  for (const TracePoint& point : trace.points) {
    const auto seen = observation_of(trace, point, trace.limit());
    if (!seen || point.time_us >= trace.refused_us) continue;
    forecast.observe(*seen);
    if (forecast.forecast().state == ForecastState::fills)
      return static_cast<double>(point.time_us) / static_cast<double>(trace.refused_us);
  }
  return 1;
}

}  // namespace

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

double median(std::vector<double> values) {
  if (values.empty()) return std::nan("");
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::string percent(double value) {
  return std::isinf(value) ? "never" : std::isnan(value) ? "-" : fmt::format("{:.2f} %", value * 100);
}

// Fails when an answer is missing.
bool judge_filling(const Trace& trace, const Answers& answers, Errors& errors) {
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
      errors.numbers += said.mid_ns ? 1 : 0;
      const bool inside =
          said.mid_ns && seconds(said.low_ns) <= judged.truth_s && judged.truth_s <= seconds(said.high_ns);
      errors.inside += inside ? 1 : 0;
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
  errors.sure_from.push_back(sure_from(trace));
  return true;
}

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

}  // namespace tmpfstrace::backtest
