// SPDX-License-Identifier: Apache-2.0
// What the forecast said on a trace, held against the truth and against predict_linear.
//
// error = |time to full said - true time left| / true time left. Where nothing is said it counts as 100 %.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "trace.h"

namespace tmpfstrace::backtest {

// Seconds to full by predict_linear: of a trace, at a part of the way ("0.25"), over a window ("quarter", "whole").
using Answers = std::map<std::tuple<std::string, std::string, std::string>, double>;

// Absent: the file is not what ask_prometheus.py writes.
std::optional<Answers> read_answers(const std::string& path);

// Of all runs of a workload, from 25 % of the way on.
struct Errors {
  std::vector<double> ours, quarter, whole;
  std::vector<double> sure_from;  // the part of the way at which it was first said to fill without reserve; 1: never
  int numbers = 0, inside = 0;    // how often a time was said, and the truth was in its interval
};

// Prints the lines of the table. False when an answer is missing.
bool judge_filling(const Trace& trace, const Answers& answers, Errors& errors);

struct Claims {
  int samples = 0, without_reserve = 0, with_reserve = 0;
};

Claims judge_never_filling(const Trace& trace);

double median(std::vector<double> values);
std::string percent(double value);

}  // namespace tmpfstrace::backtest
