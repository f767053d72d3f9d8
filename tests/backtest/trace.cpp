// SPDX-License-Identifier: Apache-2.0
#include "trace.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <type_traits>

#include <fmt/format.h>

namespace tmpfstrace::backtest {
namespace {

constexpr std::string_view columns = "time_us,used_bytes,inodes_used,created";

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
  return fields.size() == 4 && parse(fields[0], point.time_us) && parse(fields[1], point.used_bytes) &&
         parse(fields[2], point.inodes_used) && parse(fields[3], point.created);
}

// "name=value" in a comment line.
template <typename Value>
bool find(std::string_view line, std::string_view name, Value& value) {
  const std::size_t at = line.find(fmt::format(" {}=", name));
  if (at == std::string_view::npos) return false;
  const std::string_view rest = line.substr(at + name.size() + 2);
  const std::string_view text = rest.substr(0, rest.find(' '));
  if constexpr (std::is_same_v<Value, std::string>) {
    value = text;
    return true;
  } else {
    return parse(text, value);
  }
}

Result<Trace> read_trace(const std::filesystem::path& path) {
  std::ifstream file(path);
  Trace trace;
  trace.name = path.stem().string();
  std::string line;
  if (!std::getline(file, line) || !find(line, "refused", trace.refused)) return fail(path.string() + ": no trace");
  if (trace.refused == "-") trace.refused.clear();
  if (trace.fills() && !find(line, "at_us", trace.refused_us)) return fail(path.string() + ": refused at no time");
  if (!std::getline(file, line) || !find(line, "size_bytes", trace.size_bytes) ||
      !find(line, "inodes_total", trace.inodes_total))
    return fail(path.string() + ": no limits");
  if (!std::getline(file, line) || line != columns) return fail(path.string() + ": other columns");
  while (std::getline(file, line))
    if (!parse_point(line, trace.points.emplace_back())) return fail(path.string() + ": not a sample: " + line);
  if (trace.points.empty()) return fail(path.string() + ": no samples");
  return trace;
}

double share(const std::optional<std::uint64_t>& used, std::uint64_t limit) {
  return used && limit > 0 ? static_cast<double>(*used) / static_cast<double>(limit) : 0;
}

}  // namespace

Limit Trace::limit() const {
  const TracePoint& last = points.back();
  return share(last.inodes_used, inodes_total) > share(last.used_bytes, size_bytes) ? Limit::inodes : Limit::blocks;
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

std::string format_header(const Trace& trace) {
  const std::string end = trace.fills() ? fmt::format("{} at_us={}", trace.refused, trace.refused_us) : "-";
  return fmt::format("# refused={}\n# size_bytes={} inodes_total={}\n{}\n", end, trace.size_bytes, trace.inodes_total,
                     columns);
}

std::string format_point(const TracePoint& point) {
  return fmt::format("{},{},{},{}\n", point.time_us, text_of(point.used_bytes), text_of(point.inodes_used),
                     text_of(point.created));
}

std::optional<Observation> observation_of(const Trace& trace, const TracePoint& point, Limit limit) {
  const auto& used = limit == Limit::blocks ? point.used_bytes : point.inodes_used;
  if (!used) return std::nullopt;
  // The forecast wants an unsigned clock: an hour before the start of the workload is its zero.
  constexpr std::int64_t hour_us = 3'600'000'000;
  Observation seen;
  seen.monotonic_ns = static_cast<std::uint64_t>(point.time_us + hour_us) * 1000;
  seen.used = *used;
  seen.limit = limit == Limit::blocks ? trace.size_bytes : trace.inodes_total;
  // Mode syscall counts the files that are made, and no blocks.
  if (limit == Limit::inodes) seen.allocated = point.created;
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
