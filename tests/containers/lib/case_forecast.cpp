// SPDX-License-Identifier: Apache-2.0
#include <signal.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include "cases.h"
#include "pod.h"
#include "util.h"

namespace containers {
namespace {

using Json = nlohmann::json;

constexpr double kGoal = 0.1;
// The last second is not judged: a tenth of what is left then is less than the time that a sample takes.
constexpr double kLeastLeft = 1;
constexpr const char* kPaceMicroseconds = "6700";  // 16,384 sessions in 110 s
constexpr std::uint64_t kMemoryLimit = 256ULL << 20;

// As the backtest has it: |said - true| / true, of the time that is left; where nothing is said it is 1.
struct Judged {
  double part = 0;  // of the way, by time
  double left = 0;  // seconds
  double said = NAN;
  double error = 1;
};

Judged judge(const Json& sample, const std::string& device, std::uint64_t start_ns, std::uint64_t refused_ns) {
  const double at = seconds(sample["monotonic_ns"]);
  Judged judged;
  judged.left = seconds(refused_ns) - at;
  judged.part = (at - seconds(start_ns)) / (seconds(refused_ns) - seconds(start_ns));
  const Json superblock = superblock_of(sample, device);
  if (superblock.is_null() || superblock["outlook"].is_null()) return judged;
  for (const Json& forecast : superblock["outlook"]["forecasts"]) {
    if (forecast["limit"] != "blocks" || !forecast.contains("seconds_to_full")) continue;
    judged.said = forecast["seconds_to_full"];
    judged.error = std::abs(judged.said - judged.left) / judged.left;
  }
  return judged;
}

std::string in_words(const Judged& judged) {
  return fmt::format("{:.0f} %: {:.1f} s said, {:.1f} s true, {:.1f} % off", judged.part * 100, judged.said,
                     judged.left, judged.error * 100);
}

}  // namespace

void forecast_of_a_steady_writer(Tool& tool, Report& report) {
  Pod pod("shop", "cart-0", kMemoryLimit);
  const std::string device = device_of(pod.shm());
  const std::size_t from = tool.lines();
  const auto cart =
      pod.run("cart", {"/bin/session-writer", "sessions", "/dev/shm", "0", kPaceMicroseconds}, kMemoryLimit);
  const auto value_of = [&](const char* name, int patience) -> std::uint64_t {
    const auto line = cart->output().wait_for([&](const Json& document) { return document.contains(name); },
                                              std::chrono::seconds(patience));
    if (!line) throw std::runtime_error(std::string("the writer never told ") + name);
    return line->value[name];
  };
  const std::uint64_t start_ns = value_of("started_ns", 30);
  const std::uint64_t refused_ns = value_of("first_refused_ns", 240);
  cart->signal(SIGTERM);

  std::vector<Judged> all;
  for (const Document& sample : tool.samples_from(from)) {
    const Judged judged = judge(sample.value, device, start_ns, refused_ns);
    if (judged.part >= 0.25 && judged.left >= kLeastLeft) all.push_back(judged);
  }
  if (all.size() < 20)
    throw std::runtime_error(fmt::format("only {} samples from a quarter of the way on", all.size()));
  for (const double part : {0.25, 0.5, 0.75}) {
    const auto next = std::find_if(all.begin(), all.end(), [&](const Judged& judged) { return judged.part >= part; });
    if (next != all.end()) report.line(in_words(*next));
  }
  report.line("last: " + in_words(all.back()));
  std::sort(all.begin(), all.end(), [](const Judged& a, const Judged& b) { return a.error < b.error; });
  report.line("worst: " + in_words(all.back()));
  report.expect(all.back().error <= kGoal, "a forecast was off by more than 10 %");
  report.number(fmt::format("{} forecasts from a quarter of the way on, median {:.2f} % off, worst {:.2f} %",
                            all.size(), all[all.size() / 2].error * 100, all.back().error * 100));
}

}  // namespace containers
