// SPDX-License-Identifier: Apache-2.0
#include "model/trend.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "model/regime.h"

namespace tmpfstrace {
namespace {

constexpr std::size_t grid_size = 25;  // 24 steps: 8 blocks of 3
constexpr std::size_t block_steps = 3;
constexpr std::size_t blocks = (grid_size - 1) / block_steps;
constexpr std::size_t fewest_to_halve = 16;  // between fewer points the blocks are interpolated, and scatter too little
constexpr std::size_t oldest = 1;  // the first block may begin before the regime: the points there lie far apart
// From the middle of one half to that of the other, twice.
constexpr double blocks_between_halves = blocks - oldest;
constexpr double bends_by = 3;         // standard errors, of seven blocks
constexpr double changes_by = 4;       // standard errors
constexpr double least_change = 0.02;  // of the rate
using Grid = std::array<double, grid_size>;
using Blocks = std::array<double, blocks>;
using Points = std::span<const HistoryPoint>;

Grid grid_of(Points points, double step) {
  Grid grid{};
  for (std::size_t i = 0; i < grid_size; ++i)
    grid[i] = value_at(points, points.front().time_ns + static_cast<std::uint64_t>(step * static_cast<double>(i)));
  return grid;
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
double deviation(Blocks squares, std::size_t used) {
  std::sort(squares.begin(), squares.end());
  double sum = 0;
  for (std::size_t i = 0; i < used; ++i) sum += squares[i];
  return std::sqrt(sum / static_cast<double>(used - 1));
}

double mean_of(const Blocks& growth, std::size_t begin, std::size_t end) {
  double sum = 0;
  for (std::size_t i = begin; i < end; ++i) sum += growth[i];
  return sum / static_cast<double>(end - begin);
}

// The growth in a block, of each half of the regime; the first without the oldest block.
struct Halves {
  double first = 0, second = 0;
  double second_error = 0;  // standard error of the second, from its own scatter
};

Halves halves_of(const Blocks& growth) {
  constexpr std::size_t half = blocks / 2;
  Halves halves{mean_of(growth, oldest, half), mean_of(growth, half, blocks), 0};
  double squares = 0;
  for (std::size_t i = half; i < blocks; ++i) squares += (growth[i] - halves.second) * (growth[i] - halves.second);
  halves.second_error = std::sqrt(squares / (half - 1) / half);
  return halves;
}

// Whether the rate changes steadily from block to block, or the younger half grows at another rate than the whole: each
// against its own scatter, so that an odd block of the older half hides nothing.
bool has_changed(const Blocks& growth, double whole, const Halves& halves) {
  const double faster = std::max(std::abs(whole), std::abs(halves.second));
  const double off = std::abs(whole - halves.second);
  if (off <= least_change * faster) return false;
  if (off > changes_by * halves.second_error + least_change * faster) return true;
  constexpr double count = blocks - oldest;
  constexpr double middle = oldest + (count - 1) / 2;
  constexpr double spread = count * (count * count - 1) / 12;
  const double mean = mean_of(growth, oldest, blocks);
  double bend = 0;
  for (std::size_t i = oldest; i < blocks; ++i) bend += (static_cast<double>(i) - middle) * growth[i] / spread;
  double squares = 0;
  for (std::size_t i = oldest; i < blocks; ++i) {
    const double off_line = growth[i] - mean - bend * (static_cast<double>(i) - middle);
    squares += off_line * off_line;
  }
  return std::abs(bend) > bends_by * std::sqrt(squares / (count - 2) / spread);
}

// Growth that dies away by a constant share of its rate in each span of time, as that of a store whose every file is
// removed at a constant risk: by how much in a block, or 0. The second half alone shows it too.
double find_decay(const Blocks& growth, const Halves& halves) {
  if (halves.first <= 0 || halves.second >= halves.first) return 0;
  const double ratio = std::max(halves.second / halves.first, 0.02);
  const double late = mean_of(growth, blocks * 3 / 4, blocks);
  if (late > mean_of(growth, blocks / 2, blocks * 3 / 4) * (1 + std::sqrt(ratio)) / 2) return 0;
  return -std::log(ratio) * 2 / blocks_between_halves;
}

// The regime began between its first point and the one before: where its line meets the level of that one.
std::uint64_t knee_before(const Regime& regime, double slope) {
  const double gap = ns_after(regime.points.front().time_ns, regime.before.time_ns);
  const double gained = regime.points.front().value - regime.before.value;
  return slope != 0 ? static_cast<std::uint64_t>(std::clamp(gained / slope, 0.0, gap)) : 0;
}

}  // namespace

std::optional<Trend> fit_trend(std::span<const HistoryPoint> points, std::size_t fewest, std::uint64_t not_before_ns) {
  while (points.size() > 1 && points[0].time_ns < not_before_ns) points = points.subspan(1);
  if (points.size() < std::max<std::size_t>(fewest, 2) || points.back().time_ns == points.front().time_ns)
    return std::nullopt;
  const Regime regime = present_regime(points);
  points = regime.points;
  std::uint64_t start_ns = points.front().time_ns;

  Grid grid{};
  Blocks growth{};
  Halves halves;
  Line line;
  double step = 0;
  double decay = 0;
  for (;;) {
    const double length = ns_after(points.back().time_ns, points.front().time_ns);
    if (!(length > 0)) return std::nullopt;
    step = length / static_cast<double>(grid_size - 1);
    grid = grid_of(points, step);
    for (std::size_t i = 0; i < blocks; ++i) growth[i] = grid[(i + 1) * block_steps] - grid[i * block_steps];
    halves = halves_of(growth);
    line = fit_line(grid);
    if (points.size() < fewest_to_halve || !has_changed(growth, line.slope * block_steps, halves)) break;
    decay = find_decay(growth, halves);
    const std::uint64_t middle = points.front().time_ns + static_cast<std::uint64_t>(length / 2);
    std::size_t cut = 0;
    while (points[cut].time_ns < middle) ++cut;
    if (decay > 0 || points.size() - cut < fewest_to_halve) break;
    // The rate is that of the younger half. It has grown for longer, unless it hardly did in the older.
    points = points.subspan(cut);
    if (halves.first < halves.second / 2) start_ns = points.front().time_ns;
  }

  Trend trend;
  trend.slope = line.slope / step;
  trend.level = line.end + line.persistence * (points.back().value - line.end);
  trend.end_ns = points.back().time_ns;
  trend.start_ns = start_ns;
  if (start_ns == regime.points.front().time_ns) trend.start_ns -= knee_before(regime, trend.slope);
  trend.block_ns = step * block_steps;
  Blocks squares{};
  for (std::size_t i = 0; i < blocks; ++i)
    squares[i] = (growth[i] - line.slope * block_steps) * (growth[i] - line.slope * block_steps);
  // Between fewer points than blocks the grid is interpolated: no more than the points tell is known.
  trend.steps = static_cast<unsigned>(std::min(blocks, points.size() - 1));
  const double per_root = 1 / std::sqrt(static_cast<double>(trend.steps)) / trend.block_ns;
  trend.block_deviation = deviation(squares, blocks);
  trend.slope_error = trend.block_deviation * per_root;
  trend.slope_error_trimmed = deviation(squares, trend.steps < blocks ? blocks : blocks - 1) * per_root;
  for (std::size_t i = 0; i + 1 < points.size(); ++i) trend.rises += points[i + 1].value > points[i].value ? 1 : 0;
  trend.late_slope = halves.second / trend.block_ns;
  trend.late_slope_error = halves.second_error / trend.block_ns;
  if (decay > 0) {
    trend.decay = decay / trend.block_ns;
    trend.slope = trend.late_slope * std::exp(-decay * blocks / 4);
    trend.level = points.back().value;
  }
  return trend;
}

}  // namespace tmpfstrace
