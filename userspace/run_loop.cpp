// SPDX-License-Identifier: Apache-2.0
#include "run_loop.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "host/unique_fd.h"

namespace tmpfstrace {
namespace {

using Clock = std::chrono::steady_clock;  // CLOCK_MONOTONIC, as the timer

tl::unexpected<Error> system_failure(const char* call) { return fail_errno("call", call, errno); }

timespec to_timespec(Clock::time_point time) {
  const auto since = time.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  return {.tv_sec = seconds.count(), .tv_nsec = std::chrono::nanoseconds(since - seconds).count()};
}

class Loop {
 public:
  Loop(Feed& feed, Sink& sink, Signals& signals, const LoopOptions& options)
      : feed_(feed), sink_(sink), signals_(signals), options_(options) {}

  Result<void> run();

 private:
  // Why the run ends. asked: by a signal or the duration, so that a last sample may follow.
  enum class End { none, asked, complete };

  Result<void> run_to_end();
  Result<void> open();
  Result<void> watch(int fd, std::uint32_t events);
  Result<void> wait();
  Result<void> on_ready(const epoll_event& event);
  Result<void> on_input();
  Result<void> follow_requests();
  Result<void> bring();
  Result<void> arm_timer();
  Result<void> follow(const Result<Sink::Flow>& flow);
  bool is_due() const;

  Feed& feed_;
  Sink& sink_;
  Signals& signals_;
  const LoopOptions& options_;
  UniqueFd epoll_;
  UniqueFd timer_;
  End end_ = End::none;
  std::optional<Clock::time_point> armed_;
  std::optional<Clock::time_point> deadline_;
};

// What the sink holds back is written whatever ended the run; the first error is the one to tell.
Result<void> Loop::run() {
  Result<void> done = run_to_end();
  Result<void> finished = sink_.finish();
  return done ? finished : done;
}

Result<void> Loop::run_to_end() {
  if (Result<void> opened = open(); !opened) return opened;
  while (end_ == End::none) {
    if (Result<void> waited = wait(); !waited) return waited;
    if (end_ != End::none || !is_due()) continue;
    if (Result<void> brought = bring(); !brought) return brought;
  }
  if (end_ == End::asked && options_.last_sample && !feed_.is_over()) return bring();
  return {};
}

Result<void> Loop::open() {
  epoll_ = UniqueFd(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_) return system_failure("epoll_create1");
  timer_ = UniqueFd(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  if (!timer_) return system_failure("timerfd_create");
  if (options_.duration) deadline_ = Clock::now() + *options_.duration;

  for (const int fd : {timer_.get(), signals_.fd(), feed_.event_fd(), sink_.input_fd()}) {
    if (fd < 0) continue;
    if (Result<void> watched = watch(fd, EPOLLIN); !watched) return watched;
  }
  if (sink_.output_fd() < 0) return {};
  // No event asked for: EPOLLERR comes by itself when the reader of a pipe goes. A regular file has no such thing.
  Result<void> watched = watch(sink_.output_fd(), 0);
  if (!watched && watched.error().code == EPERM) return {};
  return watched;
}

Result<void> Loop::watch(int fd, std::uint32_t events) {
  epoll_event event{.events = events, .data = {.fd = fd}};
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return system_failure("epoll_ctl");
  return {};
}

Result<void> Loop::wait() {
  if (Result<void> armed = arm_timer(); !armed) return armed;
  epoll_event ready[8];
  const int count = epoll_wait(epoll_.get(), ready, 8, is_due() ? 0 : -1);
  if (count < 0) return errno == EINTR ? Result<void>() : system_failure("epoll_wait");
  for (int i = 0; i < count; ++i) {
    if (Result<void> handled = on_ready(ready[i]); !handled) return handled;
  }
  return {};
}

Result<void> Loop::on_ready(const epoll_event& event) {
  const int fd = event.data.fd;
  if (fd == signals_.fd()) {
    const Signals::Seen seen = signals_.take();
    if (seen.resize) sink_.on_resize();
    if (seen.reload) sink_.on_reload();
    if (seen.stop && end_ == End::none) end_ = End::asked;
    return {};
  }
  if (fd == timer_.get()) {
    std::uint64_t expirations = 0;
    if (::read(fd, &expirations, sizeof expirations) < 0 && errno != EAGAIN) return system_failure("timerfd");
    armed_.reset();
    if (deadline_ && Clock::now() >= *deadline_ && end_ == End::none) end_ = End::asked;
    return {};
  }
  if (fd == sink_.input_fd()) {
    // A terminal that hung up stays readable for ever.
    if ((event.events & EPOLLIN) != 0) return on_input();
    end_ = End::complete;
    return {};
  }
  if (fd == sink_.output_fd()) {
    end_ = End::complete;
    return {};
  }
  return follow(feed_.bring_events());
}

Result<void> Loop::on_input() {
  Result<void> followed = follow(sink_.on_input());
  return followed ? follow_requests() : followed;
}

Result<void> Loop::follow_requests() {
  Result<void> followed;
  for (const SinkRequest& request : sink_.take_requests())
    if (followed && end_ == End::none) followed = follow(feed_.follow(request));
  return followed;
}

bool Loop::is_due() const {
  const auto due = feed_.due();
  return due && *due <= Clock::now();
}

Result<void> Loop::bring() {
  const std::uint64_t left =
      options_.count ? *options_.count - feed_.samples() : std::numeric_limits<std::uint64_t>::max();
  if (Result<void> brought = follow(feed_.bring(left)); !brought) return brought;
  // Keys are answered while a sample is brought, too.
  if (Result<void> followed = follow_requests(); !followed) return followed;
  if (feed_.is_over() || (options_.count && feed_.samples() >= *options_.count)) end_ = End::complete;
  return {};
}

Result<void> Loop::follow(const Result<Sink::Flow>& flow) {
  if (!flow) return tl::unexpected(flow.error());
  if (*flow == Sink::Flow::stop) end_ = End::complete;
  return {};
}

// What is due already is not waited for: the timer is not needed then.
Result<void> Loop::arm_timer() {
  auto wake = feed_.due();
  if (wake && *wake <= Clock::now()) wake.reset();
  if (deadline_) wake = std::min(wake.value_or(*deadline_), *deadline_);
  if (wake == armed_) return {};
  armed_ = wake;
  const itimerspec when{.it_interval = {}, .it_value = wake ? to_timespec(*wake) : timespec{}};
  if (timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &when, nullptr) != 0) return system_failure("timerfd_settime");
  return {};
}

}  // namespace

Result<void> run_loop(Feed& feed, Sink& sink, Signals& signals, const LoopOptions& options) {
  return Loop(feed, sink, signals, options).run();
}

}  // namespace tmpfstrace
