// SPDX-License-Identifier: Apache-2.0
#include "agent/agent_sink.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "export/json.h"
#include "heap.h"
#include "host/clock.h"

namespace tmpfstrace {
namespace {

constexpr std::uint64_t kSamplesBetweenTrims = 30;  // the start takes most, and is followed by the first

std::string status_of(const Snapshot& snapshot) {
  const std::string problems = snapshot.verdicts.empty() ? "nothing found" : snapshot.verdicts.front().sentence();
  return fmt::format("{} {}, {} superblocks; {}", snapshot.mode.name, snapshot.mode.hooks, snapshot.superblocks.size(),
                     problems);
}

}  // namespace

AgentSink::AgentSink(AgentParts parts, const Log& log, const ServiceManager& manager)
    : parts_(std::move(parts)), log_(log), manager_(manager), analyst_(parts_.thresholds), metrics_(parts_.limits) {}

Result<std::unique_ptr<AgentSink>> AgentSink::create(AgentParts parts, const Log& log, const ServiceManager& manager) {
  std::unique_ptr<AgentSink> sink(new AgentSink(std::move(parts), log, manager));
  if (Result<void> opened = sink->open(); !opened) return tl::unexpected(opened.error());
  return sink;
}

Result<void> AgentSink::open() {
  ready_ = UniqueFd(epoll_create1(EPOLL_CLOEXEC));
  if (!ready_) return fail_errno("call", "epoll_create1", errno);
  if (parts_.web != nullptr)
    if (Result<void> watched = watch(parts_.web->fd()); !watched) return watched;
  if (!manager_.watchdog()) return {};
  watchdog_ = UniqueFd(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  if (!watchdog_) return fail_errno("call", "timerfd_create", errno);
  // sd_watchdog_enabled(3) advises half of it.
  const auto half = std::chrono::nanoseconds(*manager_.watchdog()) / 2;
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(half);
  const timespec period{.tv_sec = whole.count(), .tv_nsec = (half - whole).count()};
  const itimerspec when{.it_interval = period, .it_value = period};
  if (timerfd_settime(watchdog_.get(), 0, &when, nullptr) != 0) return fail_errno("call", "timerfd_settime", errno);
  return watch(watchdog_.get());
}

Result<void> AgentSink::watch(int fd) {
  epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
  if (epoll_ctl(ready_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return fail_errno("call", "epoll_ctl", errno);
  return {};
}

void AgentSink::begin_sample() { sample_begin_ns_ = read_clock_ns(CLOCK_MONOTONIC); }

Result<Sink::Flow> AgentSink::put_sample(Sample sample) {
  parts_.documents.add_losses(sample.losses);
  if (parts_.lines) sample.losses["json_lines_lost"] = parts_.lines->lost();
  const std::shared_ptr<const Snapshot> snapshot = analyst_.add(std::move(sample));
  if (auto put = parts_.documents.put(*snapshot, put_line()); !put) return put;
  if (parts_.web != nullptr) publish(snapshot);
  if (parts_.facts.samples++ == 0)
    manager_.ready(status_of(*snapshot));
  else
    manager_.status(status_of(*snapshot));
  // Each time would be dear: what is given back has to be cleared and mapped anew for the next sample.
  if (parts_.facts.samples % kSamplesBetweenTrims == 1) give_back_freed_memory();
  return Flow::go_on;
}

void AgentSink::publish(const std::shared_ptr<const Snapshot>& snapshot) {
  WebServer& web = *parts_.web;
  web.publish(WebDocument::snapshot_json, sample_to_json(*snapshot));
  web.publish(WebDocument::page_html, page_of(*snapshot, parts_.page));
  // Last, so that it holds what all this has taken.
  AgentFacts facts = parts_.facts;
  ++facts.samples;
  facts.sample_duration_ns = read_clock_ns(CLOCK_MONOTONIC) - sample_begin_ns_;
  const std::vector<Family> families = metrics_.families_of(snapshot, facts);
  web.publish(WebDocument::metrics_text, expose(families, Exposition::text));
  web.publish(WebDocument::metrics_openmetrics, expose(families, Exposition::openmetrics));
  web.set_ready(true, "");
  // A certificate that was renewed: no signal is needed.
  (void)web.reload_if_changed();  // it tells the log itself
}

Result<Sink::Flow> AgentSink::put_event(const RefusalEvent& event) {
  analyst_.add(event);
  if (parts_.web != nullptr) parts_.web->publish_event(event_to_json(event));
  return parts_.documents.put(event, put_line());
}

Documents::PutLine AgentSink::put_line() {
  if (!parts_.lines) return nullptr;
  return [this](const std::string& line) -> Result<Flow> {
    complain(parts_.lines->write_line(line));
    return Flow::go_on;
  };
}

Result<Sink::Flow> AgentSink::on_input() {
  if (watchdog_) {
    std::uint64_t expirations = 0;
    // Not before it is ready: the manager would watch a start, which has a time limit of its own.
    const bool due = ::read(watchdog_.get(), &expirations, sizeof expirations) > 0;
    if (due && parts_.facts.samples > 0) manager_.alive();
  }
  if (parts_.web == nullptr) return Flow::go_on;
  if (Result<void> done = parts_.web->on_ready(); !done) return tl::unexpected(done.error());
  return Flow::go_on;
}

void AgentSink::on_reload() {
  manager_.reloading();
  if (parts_.lines) complain(parts_.lines->reopen());
  if (parts_.web != nullptr) (void)parts_.web->reload();  // it tells the log itself
  // Before the first sample it is not ready, and the reload ends with it.
  if (parts_.facts.samples > 0) manager_.ready("reloaded");
}

Result<void> AgentSink::finish() {
  manager_.stopping();
  parts_.documents.finish();
  return {};
}

void AgentSink::complain(const Result<void>& done) const {
  if (!done) log_.write(LogLevel::warning, done.error().message);
}

}  // namespace tmpfstrace
