// SPDX-License-Identifier: Apache-2.0
#include "sources/live_cost.h"

#include <sys/timerfd.h>
#include <time.h>

#include <cerrno>

#include "host/self_files.h"

namespace tmpfstrace {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kBetweenWindows = 60 * kSecond;
constexpr std::uint64_t kWindow = kSecond;
// Enough of it: with the usual interval the next sample comes shortly before the timer.
constexpr std::uint64_t kLeastWindow = kSecond / 2;

std::optional<std::uint64_t> cpu_time(clockid_t clock) {
  timespec spent{};
  if (clock_gettime(clock, &spent) != 0) return std::nullopt;
  return static_cast<std::uint64_t>(spent.tv_sec) * kSecond + static_cast<std::uint64_t>(spent.tv_nsec);
}

// stat counts in ticks of 10 ms, more than a second of ours takes: a process's CPU clock is exact.
std::optional<std::uint64_t> cpu_time_of(std::int32_t pid) {
  clockid_t clock{};
  if (clock_getcpuclockid(pid, &clock) != 0) return std::nullopt;
  return cpu_time(clock);
}

void add_memory(const HostPaths& paths, std::optional<std::int32_t> pid, ProcessCost& cost) {
  const auto memory = read_resident_memory(paths, pid);
  if (!memory) return;
  cost.rss_bytes = memory->rss_bytes;
  cost.private_bytes = memory->private_bytes;
}

}  // namespace

LiveCost::LiveCost(HostPaths paths, const LoadedObjects* objects, bool maps_measured)
    : paths_(std::move(paths)),
      objects_(objects),
      maps_measured_(maps_measured),
      no_window_("no BPF program is loaded") {
  if (objects == nullptr) return;
  programs_.emplace(*objects);
  timer_ = UniqueFd(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  no_window_ = timer_ ? "no window has ended yet" : fail_errno("make", "a timer", errno).value().message;
}

void LiveCost::begin_window_if_due(std::uint64_t now_ns) {
  if (!timer_ || programs_->in_window()) return;  // without a timer a window might have no end
  if (last_begin_ns_ && now_ns - *last_begin_ns_ < kBetweenWindows) return;
  last_begin_ns_ = now_ns;
  begin_window();
  const itimerspec once{.it_interval = {}, .it_value = {.tv_sec = kWindow / kSecond, .tv_nsec = 0}};
  if (programs_->in_window() && timerfd_settime(timer_.get(), 0, &once, nullptr) != 0) end_window();
}

void LiveCost::end_window_if_over(std::uint64_t now_ns) {
  if (!programs_ || !programs_->in_window()) return;
  if (now_ns - programs_->window_start_ns() < kLeastWindow) return;
  const itimerspec never{};
  timerfd_settime(timer_.get(), 0, &never, nullptr);  // it is not readable any more, either
  end_window();
}

void LiveCost::begin_window() {
  if (!programs_) return;
  if (auto begun = programs_->begin_window(); !begun) forget_window(begun.error());
}

// The last one is old by now.
void LiveCost::forget_window(const Error& error) {
  window_.reset();
  no_window_ = error.message + (error.hint.empty() ? "" : " (" + error.hint + ")");
}

void LiveCost::end_window() {
  if (!programs_ || !programs_->in_window()) return;
  auto window = programs_->end_window();
  if (!window) return forget_window(window.error());
  window_ = std::move(*window);
  no_window_.clear();
}

std::vector<LiveCost::MapBytes> LiveCost::read_maps() const {
  std::vector<MapBytes> all;
  if (objects_ == nullptr) return all;
  for (const KernelObject& map : objects_->maps()) {
    const auto bytes = read_map_bytes(paths_, map.fd);
    all.push_back({map.name, bytes ? std::optional(*bytes) : std::nullopt});
  }
  return all;
}

SelfCost LiveCost::read(const Symbols& symbols) const {
  SelfCost cost;
  cost.process.cpu_ns = cpu_time(CLOCK_PROCESS_CPUTIME_ID);
  add_memory(paths_, std::nullopt, cost.process);

  cost.worker.cpu_ns = symbols.ended_workers_cpu_ns();
  if (const auto worker = symbols.worker()) {
    // One that has died waits for its end to be noticed: its clock still tells.
    const auto spent = cpu_time_of(*worker);
    cost.worker.cpu_ns = spent ? std::optional(*cost.worker.cpu_ns + *spent) : std::nullopt;
    add_memory(paths_, *worker, cost.worker);
  }

  if (programs_) {
    // A sum of some maps would be taken for that of all.
    cost.map_bytes = 0;
    for (const MapBytes& map : read_maps())
      cost.map_bytes = cost.map_bytes && map.bytes ? std::optional(*cost.map_bytes + *map.bytes) : std::nullopt;
    cost.map_bytes_measured = maps_measured_;
  }
  cost.window = window_;
  cost.no_window = no_window_;
  return cost;
}

}  // namespace tmpfstrace
