// SPDX-License-Identifier: Apache-2.0
// A week of samples, one a minute by a clock of our own, on a small host where cgroups and mounts are born and
// die all the time and writes are refused: what the process holds must not grow. Needs root.
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "export/json.h"
#include "model/analyst.h"
#include "sources/live_start.h"
#include "synthetic_host.h"
#include "synthetic_ledger.h"
#include "tui/event_log.h"

using namespace tmpfstrace;
using namespace tmpfstrace::scale;

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kInterval = 60;
constexpr std::uint64_t kSamples = 604'800 / kInterval;
constexpr std::uint64_t kWarmUp = kSamples / 7;  // a day
constexpr int kLiving = 10;                      // cgroups, and as many mounts
constexpr std::size_t kMostGrowth = 64 << 10;    // one table that rounds up differently

std::uint64_t fake_ns = kSecond;
std::uint64_t fake_clock(clockid_t) { return fake_ns; }

void check(bool fine, const char* what) {
  if (fine) return;
  std::fprintf(stderr, "week-test: %s\n", what);
  std::exit(1);
}

class Week {
 public:
  Week();
  void live(std::uint64_t sample);
  void take_sample();
  std::uint64_t events() const { return log_.pushed(); }
  std::size_t rows() const { return ledger_->slots().size(); }

 private:
  void give_birth();

  SyntheticHost host_;
  SyntheticLedger* ledger_ = nullptr;  // of the source
  std::unique_ptr<SampleSource> source_;
  Analyst analyst_;
  EventLog log_;
  int born_ = 0;
};

Week::Week() {
  auto ledger = std::make_unique<SyntheticLedger>();
  ledger_ = ledger.get();
  for (int i = 0; i < kLiving; ++i) give_birth();
  LiveStart start;
  start.paths = host_.paths();
  start.hierarchy = host_.hierarchy();
  start.ledger = std::move(ledger);
  start.mode = {"exact", "fentry", "synthetic", {}};
  start.clock_ns = fake_clock;
  LiveOptions options{};
  options.interval = std::chrono::seconds(kInterval);
  options.stop_requested = [] { return false; };
  auto source = make_live_source(options, std::move(start));
  check(source.has_value(), "the source does not start");
  source_ = std::move(*source);
}

void Week::give_birth() {
  const CgroupId cgroup = host_.add_cgroup(born_);
  KernelSuperblock superblock{host_.mount(born_), "tmpfs", false};
  superblock.id.generation = fake_ns;
  auto& superblocks = ledger_->superblocks();
  const auto row = static_cast<std::size_t>(born_ % kLiving);
  if (row < superblocks.size())
    superblocks[row] = superblock;
  else
    superblocks.push_back(superblock);
  ledger_->add_slot(cgroup, static_cast<std::uint32_t>(row));
  ++born_;
}

// Every four minutes the oldest cgroup and the oldest mount go and others come.
void Week::live(std::uint64_t sample) {
  if (sample % 4 == 0) {
    host_.remove_cgroup(born_ - kLiving);
    host_.unmount(born_ - kLiving);
    give_birth();
  }
  auto& slots = ledger_->slots();
  for (tmpfs_slot& slot : slots) SyntheticLedger::count_file(slot.counters);
  ledger_->refuse(slots[sample % slots.size()], fake_ns);
}

void Week::take_sample() {
  auto sample = source_->next_sample();
  check(sample.has_value() && sample->has_value(), "no sample");
  check(source_
            ->drain_events([&](const RefusalEvent& event) {
              log_.push(event);
              analyst_.add(event);
              check(!event_to_json(event).empty(), "no event");
            })
            .has_value(),
        "no events");
  const std::shared_ptr<const Snapshot> snapshot = analyst_.add(std::move(**sample));
  check(snapshot->superblocks.size() >= kLiving && !sample_to_json(*snapshot).empty(), "a sample is empty");
}

}  // namespace

int main() {
  if (::geteuid() != 0) {
    std::printf("week: skipped: making mounts needs root\n");
    return 0;
  }
  enter_private_mounts();
  Week week;
  // The most that was held, in the day after the warm-up and in the last one: at the same points of the churn.
  std::size_t first_day = 0;
  std::size_t last_day = 0;
  for (std::uint64_t sample = 0; sample < kSamples; ++sample) {
    fake_ns += kInterval * kSecond;
    week.live(sample);
    week.take_sample();
    const std::size_t held = ::mallinfo2().uordblks;
    if (sample >= kWarmUp && sample < 2 * kWarmUp) first_day = std::max(first_day, held);
    if (sample >= kSamples - kWarmUp) last_day = std::max(last_day, held);
  }
  check(week.events() == kSamples, "events are missing");
  std::printf("week: %llu samples, %llu refusals: at most %zu bytes held on the second day, %zu on the last\n",
              static_cast<unsigned long long>(kSamples), static_cast<unsigned long long>(week.events()), first_day,
              last_day);
  check(last_day <= first_day + kMostGrowth, "memory in use has grown");
  return 0;
}
