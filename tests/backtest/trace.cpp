// SPDX-License-Identifier: Apache-2.0
#include "trace.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <string_view>

#include <fmt/format.h>

namespace tmpfstrace::backtest {
namespace {

constexpr std::string_view columns =
    "time_us,size_bytes,used_bytes,inodes_total,inodes_used,created,removed,written_bytes";

std::string text_of(const std::optional<std::uint64_t>& value) { return value ? fmt::format("{}", *value) : ""; }

template <typename Number>
bool parse(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

bool parse(std::string_view text, std::optional<std::uint64_t>& number) {
  return text.empty() || parse(text, number.emplace());
}

bool parse_point(std::string_view line, TracePoint& point) {
  std::vector<std::string_view> fields;
  for (std::size_t begin = 0;;) {
    const std::size_t end = line.find(',', begin);
    fields.push_back(line.substr(begin, end - begin));
    if (end == std::string_view::npos) break;
    begin = end + 1;
  }
  return fields.size() == 8 && parse(fields[0], point.time_us) && parse(fields[1], point.size_bytes) &&
         parse(fields[2], point.used_bytes) && parse(fields[3], point.inodes_total) &&
         parse(fields[4], point.inodes_used) && parse(fields[5], point.created) && parse(fields[6], point.removed) &&
         parse(fields[7], point.written_bytes);
}

Result<Trace> read_trace(const std::filesystem::path& path) {
  std::ifstream file(path);
  Trace trace;
  trace.name = path.stem().string();
  std::string line;
  if (!std::getline(file, line) || !line.starts_with("# refused=")) return fail(path.string() + ": no trace");
  const std::string_view facts = std::string_view(line).substr(sizeof "# refused=" - 1);
  const std::size_t space = facts.find(" at_us=");
  if (space != std::string_view::npos) {
    trace.refused = facts.substr(0, space);
    if (!parse(facts.substr(space + sizeof " at_us=" - 1), trace.refused_us))
      return fail(path.string() + ": the time of the refusal is no number");
  } else if (facts != "-") {
    return fail(path.string() + ": a refusal without a time");
  }
  if (!std::getline(file, line) || line != columns) return fail(path.string() + ": other columns");
  while (std::getline(file, line))
    if (!parse_point(line, trace.points.emplace_back())) return fail(path.string() + ": not a sample: " + line);
  if (trace.points.empty()) return fail(path.string() + ": no samples");
  return trace;
}

double share(const std::optional<std::uint64_t>& used, const std::optional<std::uint64_t>& limit) {
  return used && limit && *limit > 0 ? static_cast<double>(*used) / static_cast<double>(*limit) : 0;
}

}  // namespace

Limit Trace::limit() const {
  const TracePoint& last = points.back();
  return share(last.inodes_used, last.inodes_total) > share(last.used_bytes, last.size_bytes) ? Limit::inodes
                                                                                              : Limit::blocks;
}

const char* name_of(Limit limit) { return limit == Limit::blocks ? "blocks" : "inodes"; }

Result<std::vector<Trace>> read_traces(const std::string& directory) {
  std::vector<std::filesystem::path> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error))
    if (entry.path().extension() == ".csv") paths.push_back(entry.path());
  if (error) return fail_errno("read", directory, error.value());
  std::sort(paths.begin(), paths.end());
  std::vector<Trace> traces;
  for (const auto& path : paths) {
    auto trace = read_trace(path);
    if (!trace) return tl::unexpected(trace.error());
    traces.push_back(std::move(*trace));
  }
  if (traces.empty()) return fail(directory + ": no traces");
  return traces;
}

std::string format_header(const std::string& refused, std::int64_t refused_us) {
  const std::string end = refused == "-" ? "-" : fmt::format("{} at_us={}", refused, refused_us);
  return fmt::format("# refused={}\n{}\n", end, columns);
}

std::string format_point(const TracePoint& point) {
  return fmt::format("{},{},{},{},{},{},{},{}\n", point.time_us, text_of(point.size_bytes), text_of(point.used_bytes),
                     text_of(point.inodes_total), text_of(point.inodes_used), text_of(point.created),
                     text_of(point.removed), text_of(point.written_bytes));
}

std::optional<Observation> observation_of(const TracePoint& point, Limit limit) {
  const auto& used = limit == Limit::blocks ? point.used_bytes : point.inodes_used;
  if (!used) return std::nullopt;
  // The forecast wants an unsigned clock: an hour before the start of the workload is its zero.
  constexpr std::int64_t hour_us = 3'600'000'000;
  Observation seen;
  seen.monotonic_ns = static_cast<std::uint64_t>(point.time_us + hour_us) * 1000;
  seen.used = *used;
  seen.limit = limit == Limit::blocks ? point.size_bytes : point.inodes_total;
  // Mode syscall counts files made and removed, and no blocks.
  if (limit == Limit::inodes) {
    seen.allocated = point.created;
    seen.freed = point.removed;
  }
  return seen;
}

std::vector<Judged> judged_points(const Trace& trace) {
  std::vector<Judged> judged;
  for (int percent = 10; percent <= 75; percent += percent == 10 ? 15 : 5) {
    const auto wanted = static_cast<std::int64_t>(static_cast<double>(trace.refused_us) * percent / 100);
    std::size_t index = 0;
    while (index + 1 < trace.points.size() && trace.points[index + 1].time_us <= wanted) ++index;
    judged.push_back(
        {percent / 100.0, index, static_cast<double>(trace.refused_us - trace.points[index].time_us) / 1e6});
  }
  return judged;
}

}  // namespace tmpfstrace::backtest
