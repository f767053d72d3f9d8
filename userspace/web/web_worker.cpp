// SPDX-License-Identifier: Apache-2.0
#include "web/web_worker.h"

#include <fcntl.h>
#include <malloc.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "host/unique_fd.h"
#include "web/frames.h"
#include "web/password_checker.h"
#include "web/web_sandbox.h"
#include "web/web_service.h"

namespace tmpfstrace {
namespace {

using namespace std::chrono_literals;
using Clock = WebService::Clock;

constexpr std::size_t kMostAcceptedAtOnce = 64;
constexpr std::size_t kPieceBytes = 256 << 10;
constexpr int kMostPiecesAtOnce = 16;  // of a large document, between two turns for the clients
constexpr auto kTick = 250ms;
constexpr auto kTickWhenFull = 20ms;

enum class Source : std::uint64_t { agent, checker, daemon, listener };

// A turn that takes longer never ends, and the agent may not kill this process: SIGALRM does, and another one is
// started.
constexpr unsigned kLongestTurn = 20;  // seconds

class Worker {
 public:
  Worker(int agent, std::vector<int> listeners, Authenticator authenticator, int memory_fd)
      : agent_(agent), listeners_(std::move(listeners)), service_(std::move(authenticator)), piece_(kPieceBytes, '\0') {
    service_.memory_fd = memory_fd;
  }
  int run();

 private:
  Result<void> start();
  Result<void> turn();
  Result<void> handle(const epoll_event& event);
  Result<void> watch(int fd, Source source);
  Result<void> read_agent();
  Result<void> take_frame(WebFrame frame);
  Result<void> take_settings(const std::string& text);
  void accept_from(int listener);
  void listen(bool wanted);
  int timeout_ms() const;

  int agent_;
  std::vector<int> listeners_;
  UniqueFd epoll_;
  FrameReader frames_;
  WebService service_;
  // The last one takes new connections; those before it have other certificates, and end with their last connection.
  std::vector<std::unique_ptr<HttpDaemon>> daemons_;
  std::string piece_;
  bool listening_ = false;
  bool agent_gone_ = false;
  Clock::time_point looked_after_{};
};

Result<void> Worker::watch(int fd, Source source) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = static_cast<std::uint64_t>(source) << 32 | static_cast<std::uint32_t>(fd);
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return fail_errno("watch", "a descriptor", errno);
  return {};
}

Result<void> Worker::start() {
  epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_) return fail_errno("make", "an epoll", errno);
  if (Result<void> done = watch(agent_, Source::agent); !done) return done;
  return watch(service_.checker_fd(), Source::checker);
}

void Worker::listen(bool wanted) {
  if (wanted == listening_) return;
  listening_ = wanted;
  for (const int listener : listeners_)
    if (wanted)
      (void)watch(listener, Source::listener);
    else
      ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, listener, nullptr);
}

void Worker::accept_from(int listener) {
  for (std::size_t i = 0; i < kMostAcceptedAtOnce; ++i) {
    if (!service_.make_room()) return listen(false);  // who comes now waits in the backlog
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    const int fd = ::accept4(listener, generic, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) return listen(false);
    if (fd < 0) return;
    daemons_.back()->add(fd, generic, size);
  }
}

Result<void> Worker::take_settings(const std::string& text) {
  Result<WebSettings> settings = decode_settings(text);
  if (!settings) return tl::unexpected(settings.error());
  const bool same_tls = !daemons_.empty() && settings->config.tls == service_.settings().config.tls &&
                        settings->tls_priority == service_.settings().tls_priority;
  if (!same_tls) {
    Result<std::unique_ptr<HttpDaemon>> daemon = HttpDaemon::start(*settings, service_);
    if (!daemon) return tl::unexpected(daemon.error());
    if (Result<void> done = watch((*daemon)->fd(), Source::daemon); !done) return done;
    daemons_.push_back(std::move(*daemon));
  }
  service_.set_settings(std::move(*settings));
  listen(true);
  return {};
}

Result<void> Worker::take_frame(WebFrame frame) {
  if (const auto document = document_of(frame.kind)) {
    service_.put_document(*document, std::move(frame.body));
    return {};
  }
  switch (frame.kind) {
    case FrameKind::settings: return take_settings(frame.body);
    case FrameKind::ready: service_.set_ready(std::move(frame.body)); return {};
    case FrameKind::events: service_.put_events(frame.body); return {};
    default: break;
  }
  std::uint64_t lost = 0;
  std::from_chars(frame.body.data(), frame.body.data() + frame.body.size(), lost);
  service_.note_lost_events(lost);
  return {};
}

Result<void> Worker::read_agent() {
  for (int i = 0; i < kMostPiecesAtOnce; ++i) {
    const ssize_t got = ::recv(agent_, piece_.data(), piece_.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return {};
    if (got <= 0) {
      agent_gone_ = true;
      return {};
    }
    if (Result<void> added = frames_.add({piece_.data(), static_cast<std::size_t>(got)}); !added) return added;
    while (std::optional<WebFrame> frame = frames_.next())
      if (Result<void> done = take_frame(std::move(*frame)); !done) return done;
  }
  return {};
}

Result<void> Worker::handle(const epoll_event& event) {
  switch (static_cast<Source>(event.data.u64 >> 32)) {
    case Source::agent: return read_agent();
    case Source::checker: return service_.take_password_answers();
    case Source::listener: accept_from(static_cast<int>(event.data.u64)); return {};
    case Source::daemon: break;  // all of them run in each turn
  }
  return {};
}

int Worker::timeout_ms() const {
  std::optional<std::chrono::milliseconds> wait;
  for (const auto& daemon : daemons_) {
    const auto wanted = daemon->wanted_in();
    if (wanted && (!wait || *wanted < *wait)) wait = wanted;
  }
  bool any = false;
  for (const auto& daemon : daemons_) any = any || daemon->connections() > 0;
  if (any && (!wait || *wait > kTick)) wait = kTick;
  if (!daemons_.empty() && !listening_ && (!wait || *wait > kTickWhenFull)) wait = kTickWhenFull;
  return wait ? static_cast<int>(wait->count()) : -1;
}

Result<void> Worker::turn() {
  std::array<epoll_event, 64> events{};
  const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), timeout_ms());
  if (count < 0 && errno != EINTR) return fail_errno("wait for", "clients", errno);
  ::alarm(kLongestTurn);
  for (int i = 0; i < count; ++i)
    if (Result<void> done = handle(events[static_cast<std::size_t>(i)]); !done) return done;
  const Clock::time_point now = Clock::now();
  if (now - looked_after_ >= kTick) {
    looked_after_ = now;
    service_.look_after(now);
  }
  for (const auto& daemon : daemons_) daemon->run();
  if (daemons_.size() > 1)
    std::erase_if(daemons_,
                  [&](const auto& daemon) { return daemon != daemons_.back() && daemon->connections() == 0; });
  if (!daemons_.empty()) listen(service_.make_room());
  ::alarm(0);
  return {};
}

int Worker::run() {
  Result<void> done = start();
  while (done && !agent_gone_) done = turn();
  if (done) return 0;
  std::fprintf(stderr, "tmpfstrace: web worker: %s\n", done.error().message.c_str());
  return 1;
}

bool is_listener(int fd) {
  int listens = 0;
  socklen_t size = sizeof listens;
  return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens != 0;
}

int refuse(const Error& error) {
  std::fprintf(stderr, "tmpfstrace: web worker: %s%s%s\n", error.message.c_str(), error.hint.empty() ? "" : ": ",
               error.hint.c_str());
  return 1;
}

}  // namespace

int run_web_worker(int socket) {
  std::signal(SIGPIPE, SIG_IGN);
  // A document is given back to the kernel with its last reader; malloc would keep what large ones took.
  ::mallopt(M_MMAP_THRESHOLD, 128 << 10);
  ::mallopt(M_ARENA_MAX, 1);
  std::vector<int> listeners;
  for (int fd = kFirstWebListener; is_listener(fd); ++fd) listeners.push_back(fd);
  ::close_range(static_cast<unsigned>(kFirstWebListener) + static_cast<unsigned>(listeners.size()), ~0U, 0);
  const int memory_fd = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  Result<PasswordChecker> checker = PasswordChecker::start(&enter_web_sandbox);
  if (!checker) return refuse(checker.error());
  if (const Result<void> closed = enter_web_sandbox(); !closed) return refuse(closed.error());
  Result<Authenticator> authenticator = Authenticator::start(std::move(*checker), Clock::now());
  if (!authenticator) return refuse(authenticator.error());
  return Worker(socket, std::move(listeners), std::move(*authenticator), memory_fd).run();
}

}  // namespace tmpfstrace
