// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

#include "cases.h"
#include "pod.h"
#include "util.h"

namespace containers {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kSize = 512ULL << 20;
constexpr std::uint64_t kMemoryLimit = 256ULL << 20;

// Both ways out: the size that the limit carries, and the limit that the size needs.
void check_words(const Said& said, const Pod& pod, Report& report) {
  const Json& evidence = said.verdict["evidence"];
  const auto size = evidence.value("recommended_size_bytes", std::uint64_t{0});
  const auto limit = evidence.value("recommended_memory_limit", std::uint64_t{0});
  const auto expect_words = [&](const std::string& words) {
    report.expect(said.text.find(words) != std::string::npos, "not said: " + words);
  };
  expect_words("pod batch/" + pod.name() + " container sorter volume scratch: /scratch may hold 512 MiB");
  expect_words("(limit 256 MiB)");
  expect_words(fmt::format("size {} or memory limit ", mib(size)));
  report.expect(size > 0 && size < kMemoryLimit, "recommended size: " + mib(size));
  report.expect(limit > kSize && limit <= 2 * kSize, "recommended memory limit: " + mib(limit));
}

}  // namespace

void limit_inversion(Tool& tool, Report& report) {
  Pod pod("batch", "sort-29fkc", kMemoryLimit);
  const std::string scratch = pod.add_volume("scratch", kSize);
  const std::size_t from = tool.lines();
  const auto sorter = pod.run("sorter", {"/bin/session-writer", "fill", "/scratch/run", "60000"}, kMemoryLimit,
                              {{scratch, "/scratch"}});
  const auto said = tool.wait_for_verdict(device_of(scratch), from, std::chrono::seconds(60),
                                          [](const Json& verdict) { return verdict["kind"] == "kills_first"; });
  const std::uint64_t used = used_bytes(scratch);
  const std::uint64_t kills = sorter->oom_kills();
  if (!said) throw std::runtime_error("nothing was said in 60 s");
  report.expect(kills == 0, "it was killed already");
  report.line(said->text);
  check_words(*said, pod, report);

  const std::uint64_t patience = monotonic_ns() + 90'000'000'000;
  while (sorter->oom_kills() == 0 && monotonic_ns() < patience)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const std::uint64_t killed_ns = monotonic_ns();
  report.expect(sorter->oom_kills() > 0, "it was never killed");
  report.expect(used_bytes(scratch) < kMemoryLimit, "it took more than its limit");
  report.number(fmt::format("said {:.1f} s before the OOM kill, at {} of {}; killed at {}",
                            seconds(killed_ns) - seconds(said->arrived_ns), mib(used), mib(kSize),
                            mib(used_bytes(scratch))));
}

}  // namespace containers
