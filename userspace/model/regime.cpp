// SPDX-License-Identifier: Apache-2.0
#include "model/regime.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace tmpfstrace {
namespace {

constexpr std::size_t fewest_after_cut = 8;
constexpr std::size_t fewest_before_cut = 1;
constexpr double least_gain = 5;           // of one line's squared error over that of two
constexpr double straight_enough = 0.01;   // root mean square error of one line, of the range of the values
constexpr double least_difference = 0.25;  // of the rates, of the faster one
using Points = std::span<const HistoryPoint>;

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
  if (std::sqrt(error / all.n) <= straight_enough * (largest - smallest)) return 0;
  std::size_t best = 0;
  double best_error = error / least_gain;
  LineSums before;
  for (std::size_t i = 0; i + fewest_after_cut <= points.size(); ++i) {
    if (i >= fewest_before_cut) {
      const LineSums after = all.minus(before);
      const double both = before.squared_error() + after.squared_error();
      const double faster = std::max(std::abs(before.slope()), std::abs(after.slope()));
      if (both < best_error && std::abs(before.slope() - after.slope()) > least_difference * faster) {
        best = i;
        best_error = both;
      }
    }
    before.add(ns_after(points[i].time_ns, origin), points[i].value);
  }
  return best;
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

Regime present_regime(std::span<const HistoryPoint> points) {
  Regime regime{points, points.front()};
  for (std::size_t cut = find_cut(regime.points); cut != 0; cut = find_cut(regime.points)) {
    regime.before = regime.points[cut - 1];
    regime.points = regime.points.subspan(cut);
  }
  return regime;
}

}  // namespace tmpfstrace
