// SPDX-License-Identifier: Apache-2.0
// One trace of the backtest: what a recording tells of one superblock, and what the workload on it saw of its end.
//
// A file is two comment lines, "# refused=ENOSPC at_us=41234567" (or "refused=-") and "# size_bytes=33554432
// inodes_total=4096", a line of column names, and a line a sample. Times are microseconds after the start of the
// workload, by CLOCK_MONOTONIC. An empty field is not known. Its name is that of the workload and the number of the
// run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/forecast.h"
#include "model/result.h"

namespace tmpfstrace::backtest {

struct TracePoint {
  std::int64_t time_us = 0;
  std::optional<std::uint64_t> used_bytes, inodes_used;
  std::optional<std::uint64_t> created;  // cumulative, of all cgroups
};

enum class Limit { blocks, inodes };

struct Trace {
  std::string name;
  std::string refused;  // symbol of the error or signal; empty: it was never refused
  std::int64_t refused_us = 0;
  std::uint64_t size_bytes = 0, inodes_total = 0;
  std::vector<TracePoint> points;

  bool fills() const { return !refused.empty(); }
  Limit limit() const;  // the one that is nearest to its end
  std::string workload() const { return name.substr(0, name.find('.')); }
};

// Every trace of a directory, by name.
Result<std::vector<Trace>> read_traces(const std::string& directory);

std::string format_header(const Trace& trace);
std::string format_point(const TracePoint& point);

// Absent when the point does not know the use.
std::optional<Observation> observation_of(const Trace& trace, const TracePoint& point, Limit limit);
const char* name_of(Limit limit);

// The tables and figures of what the traces give. The exit code.
int extract(int count, char** arguments);
int print_openmetrics(const std::vector<Trace>& traces);
int print_queries(const std::vector<Trace>& traces);
int check(const std::vector<Trace>& traces, const std::string& answers);

// At which parts of the way to the first refusal forecasts are judged.
inline constexpr double shown_at[] = {0.10, 0.25, 0.50, 0.75};

// Index of the last point not after that part of the way, and the time from it to the refusal.
struct Judged {
  double part = 0;
  std::size_t index = 0;
  double truth_s = 0;
};
std::vector<Judged> judged_points(const Trace& trace);

}  // namespace tmpfstrace::backtest
