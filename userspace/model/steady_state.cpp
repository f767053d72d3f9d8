// SPDX-License-Identifier: Apache-2.0
#include "model/steady_state.h"

#include <algorithm>
#include <cmath>

#include "model/regime.h"

namespace tmpfstrace {
namespace {

constexpr double ns_per_second = 1e9;
constexpr double same_within = 0.1;

// When the curve reached that value; its points rise, and it lies within them.
std::uint64_t time_of(std::span<const HistoryPoint> curve, double value) {
  const auto above = std::find_if(curve.begin(), curve.end(), [&](const HistoryPoint& p) { return p.value >= value; });
  if (above == curve.begin()) return curve.front().time_ns;
  if (above == curve.end()) return curve.back().time_ns;
  const HistoryPoint& below = *(above - 1);
  const double share = (value - below.value) / (above->value - below.value);
  return below.time_ns + static_cast<std::uint64_t>(share * ns_after(above->time_ns, below.time_ns));
}

}  // namespace

SteadyState settle(double arrivals_per_second, std::uint64_t lifetime_ns, std::optional<double> bytes_per_file,
                   const StoreCapacity& capacity) {
  SteadyState state;
  state.files = arrivals_per_second * static_cast<double>(lifetime_ns) / ns_per_second;
  if (bytes_per_file) state.bytes = state.files * *bytes_per_file;
  state.holds = capacity.inodes;
  if (capacity.bytes && bytes_per_file && *bytes_per_file > 0) {
    const auto by_bytes = static_cast<std::uint64_t>(static_cast<double>(*capacity.bytes) / *bytes_per_file);
    state.holds = std::min(state.holds.value_or(by_bytes), by_bytes);
  }
  state.fits = !state.holds || state.files <= static_cast<double>(*state.holds);
  return state;
}

void ResidenceMeter::observe(std::uint64_t monotonic_ns, std::uint64_t arrived, std::uint64_t resident) {
  if (started_ && monotonic_ns <= last_ns_) return;
  if (started_ && arrived < arrived_) *this = ResidenceMeter();
  if (!started_) {
    first_ns_ = checked_ns_ = monotonic_ns;
    first_arrived_ = arrived;
    first_resident_ = resident;
    started_ = true;
  }
  last_ns_ = monotonic_ns;
  arrived_ = arrived;
  resident_ = resident;
  arrivals_.add({monotonic_ns, static_cast<double>(arrived - first_arrived_ + first_resident_)});

  const std::optional<std::uint64_t> lifetime = measured_lifetime();
  if (!lifetime || ns_after(monotonic_ns, checked_ns_) < static_cast<double>(checked_lifetime_ns_.value_or(0))) return;
  stable_ =
      checked_lifetime_ns_ && std::abs(static_cast<double>(*lifetime) - static_cast<double>(*checked_lifetime_ns_)) <=
                                  same_within * static_cast<double>(*lifetime);
  checked_ns_ = monotonic_ns;
  checked_lifetime_ns_ = std::max<std::uint64_t>(*lifetime, 1);
}

std::optional<std::uint64_t> ResidenceMeter::measured_lifetime() const {
  const double ever = static_cast<double>(arrived_ - first_arrived_ + first_resident_);
  const double gone = ever - static_cast<double>(resident_);
  // When those that were there at first arrived is not known; and the start of the history may have been thinned away.
  if (gone <= static_cast<double>(first_resident_) || gone < arrivals_.points().front().value) return std::nullopt;
  return last_ns_ - time_of(arrivals_.points(), gone);
}

std::optional<Residence> ResidenceMeter::residence() const {
  if (!started_ || last_ns_ == first_ns_) return std::nullopt;
  Residence residence;
  residence.lifetime_ns = measured_lifetime();
  residence.stable = stable_ && residence.lifetime_ns.has_value();
  const std::uint64_t since = last_ns_ - residence.lifetime_ns.value_or(last_ns_ - first_ns_);
  const double time = ns_after(last_ns_, since);
  if (!(time > 0)) return std::nullopt;
  const auto points = arrivals_.points();
  residence.arrivals_per_second = (points.back().value - value_at(points, since)) / time * ns_per_second;
  return residence;
}

}  // namespace tmpfstrace
