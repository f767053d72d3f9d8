// SPDX-License-Identifier: Apache-2.0
#include "model/trend.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace tmpfstrace {
namespace {

constexpr std::size_t fewest_after_cut = 8;
constexpr std::size_t fewest_before_cut = 3;
constexpr std::size_t grid_size = 25;  // 24 steps: 8 blocks of 3
constexpr std::size_t block_steps = 3;
constexpr std::size_t blocks = (grid_size - 1) / block_steps;
using Grid = std::array<double, grid_size>;
using Points = std::span<const HistoryPoint>;

double ns_after(std::uint64_t later, std::uint64_t earlier) { return static_cast<double>(later - earlier); }

// Sums of a least-squares line, added point by point.
struct LineSums {
  double n = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
  void add(double at, double value) { ++n, x += at, y += value, xx += at * at, xy += at * value, yy += value * value; }
  LineSums minus(const LineSums& part) const {
    return {n - part.n, x - part.x, y - part.y, xx - part.xx, xy - part.xy, yy - part.yy};
  }
  double spread() const { return xx - x * x / n; }
  double slope() const { return spread() > 0 ? (xy - x * y / n) / spread() : 0; }
  double squared_error() const {
    const double rest = yy - y * y / n - slope() * (xy - x * y / n);
    return std::max(rest, 0.0);
  }
};

// What happened from `cut` on was seen before over as long a time: as much growth, and as little. Of an age at which
// the points lie wider apart than that time, the growth from point to point counts as if it had come at once.
bool seen_before(Points points, std::size_t cut) {
  const std::uint64_t origin = points.front().time_ns;
  const double cut_time = ns_after(points[cut].time_ns, origin);
  const double length = ns_after(points.back().time_ns, points[cut].time_ns);
  const double growth = points.back().value - points[cut].value;
  double most = 0;
  double least = 0;
  bool any = false;
  for (std::size_t i = 0, ahead = 0; i < cut; ++i) {
    const double time = ns_after(points[i].time_ns, origin);
    while (ahead < cut && ns_after(points[ahead].time_ns, origin) < time + length) ++ahead;
    const double at_most = points[ahead].value - points[i].value;
    if (!any) most = least = at_most;
    most = std::max(most, at_most);
    if (time >= cut_time - 4 * length && time + length <= cut_time)
      least = std::min(least, value_at(points, origin + static_cast<std::uint64_t>(time + length)) - points[i].value);
    any = true;
    if (ahead == cut) break;
  }
  return any && growth <= most * 1.4 && growth >= least - 0.1 * std::abs(most);
}

// Index of the point at which the present regime begins, or 0.
std::size_t find_cut(Points points) {
  const std::uint64_t origin = points.front().time_ns;
  LineSums all;
  double smallest = points.front().value;
  double largest = smallest;
  for (const HistoryPoint& point : points) {
    all.add(ns_after(point.time_ns, origin), point.value);
    smallest = std::min(smallest, point.value);
    largest = std::max(largest, point.value);
  }
  const double error = all.squared_error();
  if (std::sqrt(error / all.n) <= 0.01 * (largest - smallest)) return 0;
  std::size_t best = 0;
  double best_error = error / 5;
  LineSums before;
  for (std::size_t i = 0; i + fewest_after_cut <= points.size(); ++i) {
    if (i >= fewest_before_cut) {
      const LineSums after = all.minus(before);
      const double both = before.squared_error() + after.squared_error();
      const double faster = std::max(std::abs(before.slope()), std::abs(after.slope()));
      if (both < best_error && std::abs(before.slope() - after.slope()) > 0.25 * faster) {
        best = i;
        best_error = both;
      }
    }
    before.add(ns_after(points[i].time_ns, origin), points[i].value);
  }
  return best != 0 && !seen_before(points, best) ? best : 0;
}

double theil_sen(const Grid& grid) {
  std::array<double, grid_size*(grid_size - 1) / 2> slopes{};
  std::size_t count = 0;
  for (std::size_t i = 0; i < grid_size; ++i)
    for (std::size_t j = i + 1; j < grid_size; ++j) slopes[count++] = (grid[j] - grid[i]) / static_cast<double>(j - i);
  const auto middle = slopes.begin() + slopes.size() / 2;
  std::nth_element(slopes.begin(), middle, slopes.end());
  return *middle;
}

struct Line {
  double slope = 0, end = 0, persistence = 0;
};

// Theil-Sen, its value at the end of the grid, and how much of a residual is left a step later.
Line fit_line(const Grid& grid) {
  Line line;
  line.slope = theil_sen(grid);
  Grid rest{};
  for (std::size_t i = 0; i < grid_size; ++i) rest[i] = grid[i] - line.slope * static_cast<double>(i);
  Grid sorted = rest;
  std::nth_element(sorted.begin(), sorted.begin() + grid_size / 2, sorted.end());
  const double base = sorted[grid_size / 2];
  line.end = base + line.slope * static_cast<double>(grid_size - 1);
  double same = 0;
  double next = 0;
  for (std::size_t i = 0; i + 1 < grid_size; ++i) {
    same += (rest[i] - base) * (rest[i] - base);
    next += (rest[i] - base) * (rest[i + 1] - base);
  }
  line.persistence = same > 0 ? std::clamp(next / same, 0.0, 1.0) : 0;
  return line;
}

// Of the `used` smallest squares.
double deviation(std::array<double, blocks> squares, std::size_t used) {
  std::sort(squares.begin(), squares.end());
  double sum = 0;
  for (std::size_t i = 0; i < used; ++i) sum += squares[i];
  return std::sqrt(sum / static_cast<double>(used - 1));
}

double mean_of(const std::array<double, blocks>& growth, std::size_t begin, std::size_t end) {
  double sum = 0;
  for (std::size_t i = begin; i < end; ++i) sum += growth[i];
  return sum / static_cast<double>(end - begin);
}

// Growth that dies away by a constant share of its rate in each span of time, as that of a store whose every file is
// removed at a constant risk: by how much in a block, or 0. The halves differ by more than their blocks scatter around
// them, and the second half alone shows it too.
double find_decay(const std::array<double, blocks>& growth) {
  const double first = mean_of(growth, 0, blocks / 2);
  const double second = mean_of(growth, blocks / 2, blocks);
  double within = 0;
  for (std::size_t i = 0; i < blocks; ++i) {
    const double off = growth[i] - (i < blocks / 2 ? first : second);
    within += off * off;
  }
  const double error = std::sqrt(within / (blocks - 2) / (blocks / 2));
  if (first <= 0 || first - second < 3 * error + 0.1 * first) return 0;
  const double ratio = std::max(second / first, 0.02);
  const double late = mean_of(growth, blocks * 3 / 4, blocks);
  if (late > mean_of(growth, blocks / 2, blocks * 3 / 4) * (1 + std::sqrt(ratio)) / 2) return 0;
  return -2 * std::log(ratio) / blocks;
}

}  // namespace

double value_at(std::span<const HistoryPoint> points, std::uint64_t time_ns) {
  const auto later =
      std::upper_bound(points.begin(), points.end(), time_ns,
                       [](std::uint64_t time, const HistoryPoint& point) { return time < point.time_ns; });
  if (later == points.begin()) return points.front().value;
  if (later == points.end()) return points.back().value;
  const HistoryPoint& before = *(later - 1);
  const double share = ns_after(time_ns, before.time_ns) / ns_after(later->time_ns, before.time_ns);
  return before.value + share * (later->value - before.value);
}

std::optional<Trend> fit_trend(std::span<const HistoryPoint> points, std::size_t fewest, std::uint64_t not_before_ns) {
  while (points.size() > 1 && points[0].time_ns < not_before_ns) points = points.subspan(1);
  if (points.size() < std::max<std::size_t>(fewest, 2) || points.back().time_ns == points.front().time_ns)
    return std::nullopt;
  for (std::size_t cut = find_cut(points); cut != 0; cut = find_cut(points)) points = points.subspan(cut);

  const std::uint64_t origin = points.front().time_ns;
  const double length = ns_after(points.back().time_ns, origin);
  if (!(length > 0)) return std::nullopt;
  const double step = length / static_cast<double>(grid_size - 1);
  Grid grid{};
  for (std::size_t i = 0; i < grid_size; ++i)
    grid[i] = value_at(points, origin + static_cast<std::uint64_t>(step * static_cast<double>(i)));

  const Line line = fit_line(grid);
  Trend trend;
  trend.start_ns = origin;
  trend.end_ns = points.back().time_ns;
  trend.slope = line.slope / step;
  trend.level = line.end + line.persistence * (points.back().value - line.end);
  trend.block_ns = step * block_steps;
  std::array<double, blocks> growth{};
  std::array<double, blocks> squares{};
  for (std::size_t i = 0; i < blocks; ++i) {
    growth[i] = grid[(i + 1) * block_steps] - grid[i * block_steps];
    squares[i] = (growth[i] - line.slope * block_steps) * (growth[i] - line.slope * block_steps);
  }
  // Between fewer points than blocks the grid is interpolated: no more than the points tell is known.
  trend.steps = static_cast<unsigned>(std::min(blocks, points.size() - 1));
  const double per_root = 1 / std::sqrt(static_cast<double>(trend.steps)) / trend.block_ns;
  trend.block_deviation = deviation(squares, blocks);
  trend.slope_error = trend.block_deviation * per_root;
  trend.slope_error_trimmed = deviation(squares, trend.steps < blocks ? blocks : blocks - 1) * per_root;
  for (std::size_t i = 0; i + 1 < points.size(); ++i) trend.rises += points[i + 1].value > points[i].value ? 1 : 0;

  const double late = mean_of(growth, blocks / 2, blocks);
  double late_squares = 0;
  for (std::size_t i = blocks / 2; i < blocks; ++i) late_squares += (growth[i] - late) * (growth[i] - late);
  trend.late_slope = late / trend.block_ns;
  trend.late_slope_error = std::sqrt(late_squares / (blocks / 2 - 1) / (blocks / 2)) / trend.block_ns;
  const double decay = find_decay(growth);
  if (decay > 0) {
    trend.decay = decay / trend.block_ns;
    trend.slope = trend.late_slope * std::exp(-decay * blocks / 4);
    trend.level = points.back().value;
  }
  return trend;
}

}  // namespace tmpfstrace
