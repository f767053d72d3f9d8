// SPDX-License-Identifier: Apache-2.0
#include "model/forecast.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "model/regime.h"

namespace tmpfstrace {
namespace {

constexpr std::size_t fewest_observations = 8;
constexpr unsigned fewest_rises = 3;
constexpr std::size_t fewest_peaks = 3;
constexpr unsigned fewest_gains = 7;   // from peak to peak, to say without reserve that clean-ups do not keep up
constexpr double longest_horizon = 4;  // times the time over which the growth was seen
constexpr double confidence_to_say = 0.9;
constexpr double confidence_with_clean_up = 0.5;
// A fall that is a clean-up and no scatter: of the limit, and of what is in use.
constexpr double least_fall_of_limit = 0.01;
constexpr double least_fall_of_use = 0.05;
constexpr double overdue_rises = 1.5;  // a clean-up that has not come for that many of the longest rise
constexpr double small_fall = 0.25;
constexpr double turnovers = 5;
constexpr double least_error = 0.01;  // of a time: samples and pages are whole
constexpr double ns_per_second = 1e9;
constexpr double farthest_ns = 9e18;  // what 64 bits hold

// Student's t: a mean of that many steps lies within so many standard errors nine times in ten.
double quantile(unsigned steps) {
  constexpr std::array table{6.31, 6.31, 2.92, 2.35, 2.13, 2.02, 1.94, 1.90};
  return table[std::min<std::size_t>(steps > 0 ? steps - 1 : 0, table.size() - 1)];
}

std::uint64_t whole_ns(double ns) { return static_cast<std::uint64_t>(std::clamp(ns, 0.0, farthest_ns)); }

Forecast without_time(ForecastState state, EvidenceGap gap = EvidenceGap::none) {
  Forecast forecast;
  forecast.state = state;
  forecast.gap = gap;
  return forecast;
}

Forecast settling(Forecast forecast, double plateau) {
  forecast.state = ForecastState::settles;
  forecast.gap = EvidenceGap::none;
  forecast.settles_at = plateau;
  return forecast;
}

// Whether there is growth beyond its scatter. If not, `forecast` says so, or that it may be fast enough to matter.
bool stands_out(const Trend& trend, double slope_that_matters, Forecast& forecast) {
  const double error = quantile(trend.steps) * trend.slope_error_trimmed;
  if (trend.slope > error) return true;
  const bool may_matter = trend.slope > 0 && trend.slope + error > slope_that_matters;
  forecast.state = may_matter ? ForecastState::not_enough_evidence : ForecastState::not_growing;
  forecast.gap = may_matter ? EvidenceGap::scattered : EvidenceGap::none;
  return false;
}

// Where clean-ups are known to go on. A level that wanders around a balance grows for a while too: the growth must
// stand out twice as far as for a number.
double enough_confidence(const Trend& trend) {
  return trend.slope > 2 * quantile(trend.steps) * trend.slope_error ? confidence_with_clean_up : confidence_to_say;
}

void set_times(Forecast& forecast, double horizon, double error, double growing_ns, double enough_confidence) {
  // On a scale of ratios: the error of a rate makes the late end longer than the early one.
  const double factor = 1 + std::max(error / std::max(horizon, 1.0), least_error);
  forecast.low_ns = whole_ns(horizon / factor);
  forecast.mid_ns = whole_ns(horizon);
  forecast.high_ns = whole_ns(horizon * factor);
  forecast.confidence = growing_ns / (growing_ns + horizon);
  forecast.state =
      forecast.confidence >= enough_confidence ? ForecastState::fills : ForecastState::fills_unless_cleaned;
  forecast.gap = EvidenceGap::none;
}

}  // namespace

bool LimitForecast::is_another_object(const Observation& now) const {
  const auto back = [](const std::optional<std::uint64_t>& before, const std::optional<std::uint64_t>& after) {
    return before && after && *after < *before;
  };
  return back(last_.allocated, now.allocated) || back(last_.freed, now.freed);
}

void LimitForecast::observe(const Observation& observation) {
  if (started_ && observation.monotonic_ns <= last_.monotonic_ns) return;
  if (started_ && is_another_object(observation)) {
    history_.clear();
    freed_.clear();
    freed_total_.reset();
    cycles_ = Cycles();
    started_ = false;
  }
  if (!started_) first_ = observation;
  started_ = true;
  last_ = observation;
  const HistoryPoint point{observation.monotonic_ns, static_cast<double>(observation.used)};
  history_.add(point);
  note_freed(observation);
  const double limit = static_cast<double>(observation.limit.value_or(0));
  cycles_.add(point, std::max({least_fall_of_limit * limit, least_fall_of_use * cycles_.extreme().value, 2.0}));
}

// What was allocated and is not in use was freed. The two are not of one instant: it never goes back.
void LimitForecast::note_freed(const Observation& now) {
  std::optional<double> freed;
  if (now.freed && first_.freed)
    freed = static_cast<double>(*now.freed - *first_.freed);
  else if (now.allocated && first_.allocated)
    freed = static_cast<double>(*now.allocated - *first_.allocated) -
            (static_cast<double>(now.used) - static_cast<double>(first_.used));
  if (!freed) return;
  freed_total_ = std::max(freed_total_.value_or(0), *freed);
  freed_.add({now.monotonic_ns, *freed_total_});
}

// Since the last clean-up, when no further one has come for longer than any rise took.
std::optional<std::uint64_t> LimitForecast::overdue_since() const {
  const HistoryPoint& since = cycles_.is_rising() ? cycles_.trough() : cycles_.last_peak();
  const double longest = overdue_rises * static_cast<double>(cycles_.longest_rise_ns());
  return ns_after(last_.monotonic_ns, since.time_ns) > longest ? std::optional(since.time_ns) : std::nullopt;
}

// Little's law: what is in use stays for used / (what is freed a time) on average.
bool LimitForecast::was_turned_over(double growing_ns) const {
  if (freed_total_.value_or(0) <= 0) return false;
  const double watched = ns_after(last_.monotonic_ns, first_.monotonic_ns);
  const double stay = static_cast<double>(last_.used) * watched / *freed_total_;
  return growing_ns >= turnovers * stay;
}

// Where removals grow in proportion to what is there, each file is at the same risk whatever its age, and the level
// at which as much goes as comes is known before it is reached. A leak beside files that come and go is not like that:
// its removals stay while the level grows.
std::optional<double> LimitForecast::plateau_of_flow(const Trend& trend) const {
  if (freed_.points().size() < fewest_observations || freed_.points().front().time_ns > trend.start_ns)
    return std::nullopt;
  struct Half {
    double used = 0, freed = 0, grown = 0;
  } halves[2];
  const double length = ns_after(trend.end_ns, trend.start_ns);
  const auto at = [&](double share) { return trend.start_ns + whole_ns(share * length); };
  constexpr int parts = 8;
  for (int i = 0; i < parts; ++i) {
    const auto begin = at(static_cast<double>(i) / parts);
    const auto end = at(static_cast<double>(i + 1) / parts);
    Half& half = halves[i < parts / 2 ? 0 : 1];
    half.used += (value_at(history_.points(), begin) + value_at(history_.points(), end)) / parts;
    half.grown += value_at(history_.points(), end) - value_at(history_.points(), begin);
    half.freed += value_at(freed_.points(), end) - value_at(freed_.points(), begin);
  }
  const double more_used = halves[1].used / std::max(halves[0].used, 1.0);
  if (halves[0].freed <= 0 || more_used < 1.1 || halves[1].freed < halves[0].freed * (1 + 0.8 * (more_used - 1)))
    return std::nullopt;
  return (halves[1].grown + halves[1].freed) * halves[1].used / halves[1].freed;
}

// Against what was gained since the first observation: scatter in a growth, or a clean-up of a part.
bool LimitForecast::falls_are_small() const {
  return cycles_.fall() <= small_fall * (static_cast<double>(last_.used) - static_cast<double>(first_.used));
}

Forecast LimitForecast::of_history(std::uint64_t since_ns) const {
  const std::optional<Trend> trend = fit_trend(history_.points(), fewest_observations, since_ns);
  if (!trend) return without_time(ForecastState::not_enough_evidence, EvidenceGap::few_observations);
  return of_trend(*trend);
}

Forecast LimitForecast::of_trend(const Trend& trend) const {
  const double growing = ns_after(trend.end_ns, trend.start_ns);
  const double limit = static_cast<double>(*last_.limit);
  const double left = std::max(limit - trend.level, 1.0);
  Forecast forecast;
  forecast.growth_per_second = trend.slope * ns_per_second;
  if (!stands_out(trend, left / (longest_horizon * growing), forecast)) return forecast;
  if (trend.rises < fewest_rises) {
    forecast.gap = EvidenceGap::few_rises;
    return forecast;
  }
  forecast.growing_for_ns = whole_ns(growing);

  double horizon = left / trend.slope;
  if (trend.decay > 0) {
    const double plateau = trend.level + trend.slope / trend.decay;
    if (plateau <= limit) return settling(forecast, plateau);
    horizon = -std::log1p(-left * trend.decay / trend.slope) / trend.decay;
  }
  if (const auto plateau = plateau_of_flow(trend); plateau && *plateau <= limit) return settling(forecast, *plateau);
  double enough = was_turned_over(growing) ? enough_confidence(trend) : confidence_to_say;
  if (lifetime_ns_ && cycles_.count() == 0 && growing < static_cast<double>(*lifetime_ns_)) {
    const double plateau = trend.slope * static_cast<double>(*lifetime_ns_);
    if (plateau <= limit) return settling(forecast, plateau);
    enough = confidence_with_clean_up;
  }
  if (horizon > longest_horizon * growing) {
    // A growth that is over is no slow one.
    const bool over = trend.late_slope < trend.slope / 2 && trend.late_slope <= quantile(4) * trend.late_slope_error;
    forecast.state = over ? ForecastState::not_growing : ForecastState::not_enough_evidence;
    forecast.gap = over ? EvidenceGap::none : EvidenceGap::too_far;
    return forecast;
  }
  const double of_rate = horizon * quantile(trend.steps) * trend.slope_error / trend.slope;
  const double of_path =
      quantile(trend.steps) * trend.block_deviation * std::sqrt(horizon / trend.block_ns) / trend.slope;
  set_times(forecast, horizon, std::hypot(of_rate, of_path), growing, enough);
  return forecast;
}

// The line of the peaks reaches the limit at some peak; the limit is met on the way up to the first peak that is above.
Forecast LimitForecast::of_cycles() const {
  const auto inside = without_time(ForecastState::not_enough_evidence, EvidenceGap::inside_cycle);
  if (cycles_.count() < fewest_peaks) return inside;
  const std::optional<Trend> trend = fit_trend(cycles_.peaks(), fewest_peaks);
  if (!trend) return inside;
  const double growing = ns_after(last_.monotonic_ns, trend->start_ns);
  const double limit = static_cast<double>(*last_.limit);
  const double period = cycles_.period_ns();
  const double left = limit - trend->level;

  Forecast forecast;
  forecast.growth_per_second = trend->slope * ns_per_second;
  if (!stands_out(*trend, left / (longest_horizon * growing), forecast)) return forecast;
  forecast.growing_for_ns = whole_ns(growing);
  const double gain = trend->slope * period;
  const double cycles = std::max(std::ceil(left / gain), 1.0);
  const double peak = trend->level + cycles * gain;
  const double rise = cycles_.fall() + gain;
  const double share = std::clamp((limit - (peak - rise)) / rise, 0.0, 1.0);
  double horizon = (cycles - 1 + share) * period - ns_after(last_.monotonic_ns, cycles_.last_peak().time_ns);
  // It should have been by now: then in a later cycle.
  if (horizon <= 0) horizon += std::floor(1 - horizon / period) * period;
  if (horizon > longest_horizon * growing) {
    forecast.gap = EvidenceGap::too_far;
    return forecast;
  }
  const double of_rate = horizon * quantile(trend->steps) * trend->slope_error / trend->slope;
  set_times(forecast, horizon, std::hypot(of_rate, period / 2), growing,
            trend->steps >= fewest_gains ? enough_confidence(*trend) : confidence_to_say);
  return forecast;
}

Forecast LimitForecast::forecast() const {
  if (!started_) return {};
  if (!last_.limit) return without_time(ForecastState::no_limit);
  if (last_.used >= *last_.limit) {
    Forecast full = without_time(ForecastState::full);
    full.low_ns = full.mid_ns = full.high_ns = 0;
    full.confidence = 1;
    return full;
  }
  if (cycles_.count() == 0) return of_history(0);
  if (const auto since = overdue_since()) return of_history(*since);
  const Forecast peaks = of_cycles();
  if (peaks.state != ForecastState::not_enough_evidence || !falls_are_small()) return peaks;
  return of_history(0);
}

}  // namespace tmpfstrace
