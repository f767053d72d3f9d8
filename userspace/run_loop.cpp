// SPDX-License-Identifier: Apache-2.0
#include "run_loop.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>

#include "host/unique_fd.h"
#include "sample_grid.h"

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
  Loop(SampleSource& source, Sink& sink, Signals& signals, const LoopOptions& options)
      : source_(source), sink_(sink), signals_(signals), options_(options) {}

  Result<void> run();

 private:
  // Why the run ends. asked: by a signal or the duration, so that a last sample may follow.
  enum class End { none, asked, complete };

  Result<void> run_to_end();
  Result<void> open();
  Result<void> watch(int fd, std::uint32_t events);
  Result<void> wait();
  Result<void> on_ready(const epoll_event& event);
  Result<void> take_sample();
  Result<void> drain_events();
  Result<void> plan_next();
  Result<void> follow(const Result<Sink::Flow>& flow);

  SampleSource& source_;
  Sink& sink_;
  Signals& signals_;
  const LoopOptions& options_;
  UniqueFd epoll_;
  UniqueFd timer_;
  End end_ = End::none;
  bool due_ = true;  // the first sample at once: rates need two
  bool source_over_ = false;
  std::uint64_t samples_ = 0;
  Clock::time_point next_;
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
    if (end_ != End::none || !due_) continue;
    if (Result<void> taken = take_sample(); !taken) return taken;
    if (Result<void> planned = plan_next(); !planned) return planned;
  }
  if (end_ == End::asked && options_.last_sample && !source_over_) {
    if (Result<void> taken = take_sample(); !taken) return taken;
  }
  return {};
}

Result<void> Loop::open() {
  epoll_ = UniqueFd(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_) return system_failure("epoll_create1");
  timer_ = UniqueFd(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  if (!timer_) return system_failure("timerfd_create");
  next_ = Clock::now();
  if (options_.duration) deadline_ = next_ + *options_.duration;

  for (const int fd : {timer_.get(), signals_.fd(), source_.event_fd(), sink_.input_fd()}) {
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
  epoll_event ready[8];
  const int count = epoll_wait(epoll_.get(), ready, 8, due_ ? 0 : -1);
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
    if (seen.stop && end_ == End::none) end_ = End::asked;
    return {};
  }
  if (fd == timer_.get()) {
    std::uint64_t expirations = 0;
    if (::read(fd, &expirations, sizeof expirations) < 0 && errno != EAGAIN) return system_failure("timerfd");
    due_ = !source_over_;
    if (deadline_ && Clock::now() >= *deadline_ && end_ == End::none) end_ = End::asked;
    return {};
  }
  if (fd == sink_.input_fd()) {
    // A terminal that hung up stays readable for ever.
    if ((event.events & EPOLLIN) != 0) return follow(sink_.on_input());
    end_ = End::complete;
    return {};
  }
  if (fd == sink_.output_fd()) {
    end_ = End::complete;
    return {};
  }
  return drain_events();
}

Result<void> Loop::take_sample() {
  Result<std::optional<Sample>> sample = source_.next_sample();
  if (!sample) return tl::unexpected(sample.error());
  if (Result<void> drained = drain_events(); !drained) return drained;
  if (!*sample) {
    source_over_ = true;
    if (!options_.stay_at_end) end_ = End::complete;
    return {};
  }
  if (end_ == End::complete) return {};  // the sink has ended while it took the events
  if (Result<void> put = follow(sink_.put_sample(std::move(**sample))); !put) return put;
  ++samples_;
  if (options_.count && samples_ >= *options_.count) end_ = End::complete;
  return {};
}

Result<void> Loop::drain_events() {
  Result<void> put;
  const auto handler = [&](const RefusalEvent& event) {
    if (put && options_.events && end_ != End::complete) put = follow(sink_.put_event(event));
  };
  if (Result<void> drained = source_.drain_events(handler); !drained) return drained;
  return put;
}

Result<void> Loop::follow(const Result<Sink::Flow>& flow) {
  if (!flow) return tl::unexpected(flow.error());
  if (*flow == Sink::Flow::stop) end_ = End::complete;
  return {};
}

// Samples stay on the grid of their interval, whatever taking one costs; ticks that were missed are left out.
Result<void> Loop::plan_next() {
  const std::optional<std::chrono::milliseconds> pace = source_.pace();
  due_ = !pace && !source_over_;
  if (!pace) return {};
  next_ = next_on_grid(next_, *pace, Clock::now());
  const Clock::time_point wake = deadline_ ? std::min(next_, *deadline_) : next_;
  const itimerspec when{.it_interval = {}, .it_value = source_over_ ? timespec{} : to_timespec(wake)};
  if (timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &when, nullptr) != 0) return system_failure("timerfd_settime");
  return {};
}

}  // namespace

Result<void> run_loop(SampleSource& source, Sink& sink, Signals& signals, const LoopOptions& options) {
  return Loop(source, sink, signals, options).run();
}

}  // namespace tmpfstrace
