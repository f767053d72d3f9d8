// SPDX-License-Identifier: Apache-2.0
#include "synthetic_series.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <queue>
#include <random>

#include <fmt/format.h>

namespace tmpfstrace::test {
namespace {

constexpr double limit = 1 << 20;
constexpr std::uint64_t second = 1'000'000'000;

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  double between(double low, double high) { return std::uniform_real_distribution(low, high)(engine_); }
  // As likely between 1 and 10 as between 10 and 100.
  double log_between(double low, double high) { return std::exp(between(std::log(low), std::log(high))); }
  double normal(double deviation) { return std::normal_distribution(0.0, deviation)(engine_); }
  double exponential(double mean) { return std::exponential_distribution(1 / mean)(engine_); }
  std::uint64_t poisson(double mean) { return std::poisson_distribution<std::uint64_t>(mean)(engine_); }

 private:
  std::mt19937_64 engine_;
};

// Runs a process second by second until it passes the limit or `seconds` are over. step() changes the level; what is
// observed is that level, never less than 0.
SyntheticSeries run(std::string kind, std::string parameters, double seconds,
                    const std::function<double(double)>& level, const double* freed = nullptr) {
  SyntheticSeries series{std::move(kind), std::move(parameters), {}, {}, 0};
  for (double t = 0; t <= seconds; ++t) {
    const double now = level(t);
    const auto time = static_cast<std::uint64_t>(t) * second + second;
    if (now >= limit) {
      series.full_at_ns = time;
      break;
    }
    Observation seen{time, static_cast<std::uint64_t>(std::max(now, 0.0)), std::uint64_t{1 << 20}, {}, {}};
    if (freed != nullptr) {
      seen.freed = static_cast<std::uint64_t>(*freed);
      seen.allocated = seen.used + *seen.freed;
    }
    series.observations.push_back(seen);
  }
  return series;
}

}  // namespace

SyntheticSeries noisy_leak(std::uint64_t seed) {
  Random random(seed);
  const double seconds = random.log_between(200, 20000);
  const double start = random.between(0, 0.4) * limit;
  const double noise = random.log_between(1e-4, 0.01) * limit;
  const double rate = (limit - start) / seconds;
  auto series =
      run("noisy leak",
          fmt::format("{:.0f} s from {:.0f} %, noise {:.2f} %", seconds, start / limit * 100, noise / limit * 100),
          4 * seconds, [&](double t) { return start + rate * t + random.normal(noise); });
  series.mean_rate = rate / 1e9;
  return series;
}

SyntheticSeries random_bursts(std::uint64_t seed) {
  Random random(seed);
  const double bursts = random.log_between(60, 2000);
  const double period = random.log_between(5, 60);
  const double spread = random.between(0, 0.9);  // of sizes and of pauses, each around its mean
  const double duration = random.between(1, period / 3);
  double level = 0, next = period, left = 0, speed = 0;
  auto series =
      run("random bursts",
          fmt::format("{:.0f} bursts, one in {:.0f} s, {:.1f} s long, spread {:.2f}", bursts, period, duration, spread),
          4 * bursts * period, [&](double t) {
            if (t >= next) {
              left += limit / bursts * random.between(1 - spread, 1 + spread);
              speed = left / duration;
              next += period * random.between(1 - spread, 1 + spread);
            }
            const double part = std::min(left, speed);
            left -= part;
            return level += part;
          });
  series.mean_rate = limit / bursts / period / 1e9;
  return series;
}

namespace {

SyntheticSeries sawtooth(std::uint64_t seed, bool drifts) {
  Random random(seed);
  const double period = random.log_between(20, 300);
  const double height = random.between(0.05, 0.5) * limit;
  const double base = random.between(0.02, 0.3) * limit;
  const double cycles = random.log_between(15, 100);
  const double drift = drifts ? (limit - base - height) / (cycles * period) : 0;
  const double spread = random.between(0, 0.05);
  double begin = 0, length = period, top = height;
  auto series = run(drifts ? "drifting sawtooth" : "flat sawtooth",
                    fmt::format("{:.0f} s, {:.0f} % on {:.0f} %, {:.0f} cycles, spread {:.2f}", period,
                                height / limit * 100, base / limit * 100, cycles, spread),
                    (drifts ? 3 : 1) * cycles * period, [&](double t) {
                      if (t >= begin + length) {
                        begin += length;
                        length = period * random.between(1 - spread, 1 + spread);
                        top = height * random.between(1 - spread, 1 + spread);
                      }
                      return base + drift * t + top * (t - begin) / length;
                    });
  series.mean_rate = drift / 1e9;
  return series;
}

}  // namespace

SyntheticSeries drifting_sawtooth(std::uint64_t seed) { return sawtooth(seed, true); }
SyntheticSeries flat_sawtooth(std::uint64_t seed) { return sawtooth(seed, false); }

SyntheticSeries late_leak(std::uint64_t seed) {
  Random random(seed);
  const double quiet_for = random.log_between(100, 20000);
  const double seconds = random.log_between(200, 5000);
  const double start = random.between(0.01, 0.5) * limit;
  const double rate = (limit - start) / seconds;
  double level = start;
  auto series = run("late leak",
                    fmt::format("{:.0f} s quiet at {:.0f} %, then {:.0f} s", quiet_for, start / limit * 100, seconds),
                    quiet_for + 4 * seconds, [&](double t) {
                      if (t > quiet_for) level += rate / 16 * static_cast<double>(random.poisson(16));
                      return level;
                    });
  series.mean_rate = rate / 1e9;
  return series;
}

namespace {

// Files of one size that come at random and go after a lifetime; `stay` of them never go.
struct Store {
  Random random;
  double arrivals;  // a second
  double size;
  double stay = 0;
  std::function<double()> lifetime = {};
  std::priority_queue<double, std::vector<double>, std::greater<>> ends = {};
  double files = 0;
  double freed = 0;

  double step(double t) {
    for (std::uint64_t n = random.poisson(arrivals); n > 0; --n) {
      ++files;
      if (random.between(0, 1) >= stay) ends.push(t + lifetime());
    }
    for (; !ends.empty() && ends.top() <= t; ends.pop()) {
      --files;
      freed += size;
    }
    return files * size;
  }
};

}  // namespace

SyntheticSeries leak_with_churn(std::uint64_t seed) {
  Random random(seed);
  const double lifetime = random.log_between(20, 200);
  const double seconds = lifetime * random.log_between(10, 50);
  const double churn = random.between(0.05, 0.4);  // what comes and goes takes that much of the limit
  const double arrivals = random.log_between(3, 50);
  // resident = arrivals * (1 - stay) * lifetime * size; leak = arrivals * stay * size
  const double ratio = (1 - churn) / seconds / (churn / lifetime);  // stay : 1 - stay
  Store store{Random(seed + 1), arrivals, churn * limit / lifetime * (1 + ratio) / arrivals, ratio / (1 + ratio)};
  store.lifetime = [&] { return random.between(0.9, 1.1) * lifetime; };
  auto series = run(
      "leak with churn",
      fmt::format("{:.0f} s, lifetime {:.0f} s of {:.0f} %, {:.1f} files/s", seconds, lifetime, churn * 100, arrivals),
      4 * seconds, [&](double t) { return store.step(t); }, &store.freed);
  series.mean_rate = (1 - churn) * limit / seconds / 1e9;
  return series;
}

namespace {

SyntheticSeries expiry(std::uint64_t seed, bool fixed) {
  Random random(seed);
  const double lifetime = random.log_between(30, 1000);
  const double arrivals = random.log_between(3, 50);
  // The number of files scatters by its square root: with four times that the mount is at most 88 % full.
  const double plateau = random.between(0.1, 0.88) / (1 + 4 / std::sqrt(arrivals * lifetime));
  Store store{Random(seed + 1), arrivals, plateau * limit / lifetime / arrivals};
  store.lifetime = [&] { return fixed ? lifetime : random.exponential(lifetime); };
  return run(
      fixed ? "fixed expiry" : "random expiry",
      fmt::format("lifetime {:.0f} s, plateau {:.0f} %, {:.1f} files/s", lifetime, plateau * 100, arrivals),
      6 * lifetime, [&](double t) { return store.step(t); }, &store.freed);
}

}  // namespace

SyntheticSeries fixed_expiry(std::uint64_t seed) { return expiry(seed, true); }
SyntheticSeries random_expiry(std::uint64_t seed) { return expiry(seed, false); }

SyntheticSeries quiet(std::uint64_t seed) {
  Random random(seed);
  const double level = random.between(0, 0.95) * limit;
  const double change = random.between(0, 0.02);  // how often a page comes or goes
  double pages = 0;
  return run("quiet", fmt::format("{:.0f} %, a change in {:.0f} s", level / limit * 100, 1 / std::max(change, 1e-3)),
             2000, [&](double) {
               if (random.between(0, 1) < change) pages += random.between(-1, 1) > 0 ? 1 : -1;
               return level + std::clamp(pages, 0.0, 20.0);
             });
}

}  // namespace tmpfstrace::test
