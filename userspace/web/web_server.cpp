// SPDX-License-Identifier: Apache-2.0
#include "web/web_server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "web/listen_sockets.h"
#include "web/settings.h"
#include "web/spawn_worker.h"
#include "web/tls_policy.h"

namespace tmpfstrace {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kFirstPause = 100ms;
constexpr auto kLongestPause = 30s;
constexpr auto kLongLife = 60s;   // after which the pauses begin anew
constexpr auto kHungAfter = 30s;  // it has read nothing for so long
constexpr auto kPatienceAtEnd = 2s;
constexpr std::uint32_t kMostConnections = 3500;  // of the sandbox's 4096 descriptors

Result<void> check_options(const WebOptions& options) {
  if (!options.systemd_socket && options.listen_addresses.empty()) return fail("there is no address to listen on");
  const std::string& path = options.telemetry_path;
  if (!path.starts_with('/') || path.find_first_of(" ?#%\t\r\n") != std::string::npos)
    return fail("cannot serve metrics at \"" + path + "\"", "a path looks like /metrics");
  for (const char* taken : {"/", "/healthz", "/readyz", "/api/v1/snapshot", "/api/v1/events", "/style.css", "/live.js"})
    if (path == taken) return fail("cannot serve metrics at " + path + ": something else is there");
  if (options.max_connections < 1 || options.max_connections > kMostConnections)
    return fail(fmt::format("{} connections are not between 1 and {}", options.max_connections, kMostConnections));
  if (options.max_event_streams > options.max_connections)
    return fail("there cannot be more streams of events than connections");
  if (options.timeout < 1s) return fail("a timeout of less than a second would cut off slow clients");
  return {};
}

bool watch(const UniqueFd& epoll, int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  return ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

}  // namespace

Result<std::unique_ptr<WebServer>> WebServer::start(WebOptions options) {
  if (const Result<void> valid = check_options(options); !valid) return tl::unexpected(valid.error());
  std::unique_ptr<WebServer> server(new WebServer(std::move(options)));
  server->epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  server->timer_.reset(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!server->epoll_ || !server->timer_ || !watch(server->epoll_, server->timer_.get(), EPOLLIN))
    return fail_errno("make", "an epoll", errno);
  Result<std::string> settings = server->load_settings();
  if (!settings) return tl::unexpected(settings.error());
  server->settings_ = std::move(*settings);
  if (const Result<void> opened = server->open_sockets(); !opened) return tl::unexpected(opened.error());
  if (const Result<void> started = server->start_worker(); !started) return tl::unexpected(started.error());
  return server;
}

// It ends when nobody is left to tell it anything. By then it is somebody else's process (nobody's), and an agent in
// its sandbox may not kill it: one that hangs is killed when this process ends (PR_SET_PDEATHSIG).
WebServer::~WebServer() {
  if (worker_ < 0) return;
  socket_.reset();
  pollfd ended{worker_fd_.get(), POLLIN, 0};
  if (::poll(&ended, 1, static_cast<int>(std::chrono::milliseconds(kPatienceAtEnd).count())) == 1)
    ::waitpid(worker_, nullptr, WNOHANG);
}

Result<void> WebServer::open_sockets() {
  Result<std::vector<UniqueFd>> sockets =
      options_.systemd_socket ? take_systemd_sockets() : open_listen_sockets(options_.listen_addresses);
  if (!sockets) return tl::unexpected(sockets.error());
  listeners_ = std::move(*sockets);
  return {};
}

// The files of the configuration are looked at whatever comes of it: a mended one must be noticed.
Result<std::string> WebServer::load_settings() {
  Result<LoadedWebConfig> loaded = load_web_config(options_.config_file, files_);
  if (!loaded) return tl::unexpected(loaded.error());
  WebSettings settings{.config = std::move(loaded->config),
                       .tls_priority = "",
                       .telemetry_path = options_.telemetry_path,
                       .max_connections = options_.max_connections,
                       .max_requests = options_.max_requests,
                       .max_event_streams = options_.max_event_streams,
                       .timeout = options_.timeout,
                       .stale_after = options_.stale_after};
  if (settings.config.tls) {
    const TlsConfig& tls = *settings.config.tls;
    const auto of_file = [&](const Error& error) {
      return fail(options_.config_file + ": " + error.message, error.hint);
    };
    Result<std::string> priority = tls_priority(tls);
    if (!priority) return of_file(priority.error());
    if (const Result<void> usable = check_certificates(tls); !usable) return of_file(usable.error());
    settings.tls_priority = std::move(*priority);
  }
  return encode_settings(settings);
}

Result<void> WebServer::start_worker() {
  std::vector<int> listeners;
  for (const UniqueFd& listener : listeners_) listeners.push_back(listener.get());
  Result<SpawnedWorker> spawned = spawn_web_worker(listeners);
  if (!spawned) return tl::unexpected(spawned.error());
  worker_ = spawned->pid;
  worker_fd_ = std::move(spawned->pid_fd);
  socket_ = std::move(spawned->socket);
  worker_started_ = sent_at_ = Clock::now();
  sending_.clear();
  sent_ = 0;
  outbox_.put_settings(settings_);
  outbox_.put_ready(why_not_ready_);
  if (!watch(epoll_, worker_fd_.get(), EPOLLIN) || !watch(epoll_, socket_.get(), EPOLLOUT | EPOLLET))
    return fail_errno("watch", "the web worker", errno);
  flush();
  return {};
}

void WebServer::worker_ended() {
  int status = 0;
  if (worker_ < 0 || ::waitpid(worker_, &status, WNOHANG) != worker_) return;
  worker_ = -1;
  worker_fd_.reset();  // and out of the epoll with it
  socket_.reset();
  const auto now = Clock::now();
  pause_ = now - worker_started_ > kLongLife || pause_ == 0ms
               ? std::chrono::milliseconds(kFirstPause)
               : std::min<std::chrono::milliseconds>(pause_ * 2, kLongestPause);
  log(fmt::format("the web worker {} {}; it is started again in {} ms",
                  WIFSIGNALED(status) ? "was ended by signal" : "ended with code",
                  WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), pause_.count()));
  itimerspec when{};
  when.it_value.tv_sec = pause_.count() / 1000;
  when.it_value.tv_nsec = pause_.count() % 1000 * 1'000'000;
  ::timerfd_settime(timer_.get(), 0, &when, nullptr);
}

Result<void> WebServer::on_ready() {
  std::array<epoll_event, 4> events{};
  const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), 0);
  if (count < 0 && errno != EINTR) return fail_errno("look after", "the web worker", errno);
  for (int i = 0; i < count; ++i) {
    const int fd = events[static_cast<std::size_t>(i)].data.fd;
    if (fd == worker_fd_.get()) {
      worker_ended();
    } else if (fd == timer_.get()) {
      std::uint64_t expired = 0;
      (void)!::read(fd, &expired, sizeof expired);
      if (worker_ >= 0) continue;
      if (Result<void> started = start_worker(); !started) return started;
    } else if (fd == socket_.get()) {
      flush();
    }
  }
  return {};
}

void WebServer::flush() {
  while (socket_) {
    if (sent_ == sending_.size()) {
      std::optional<WebFrame> frame = outbox_.take();
      sending_.clear();
      sent_ = 0;
      if (!frame) return;
      sending_ = std::move(frame->body);
      sending_.insert(0, frame_header(frame->kind, sending_.size()));
      sent_at_ = Clock::now();
    }
    const ssize_t sent =
        ::send(socket_.get(), sending_.data() + sent_, sending_.size() - sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) break;  // full, or the worker has ended, of which its pidfd tells
    sent_ += static_cast<std::size_t>(sent);
    sent_at_ = Clock::now();
  }
  // It may hang in what a client sent: another one takes its place.
  if (worker_ >= 0 && sent_ < sending_.size() && Clock::now() - sent_at_ > kHungAfter) ::kill(worker_, SIGKILL);
}

void WebServer::publish(WebDocument which, std::string text) {
  if (text.size() > kMostWebFrameBytes)
    return log(fmt::format("a document of {} bytes is larger than what is served, {}; the one before it stays",
                           text.size(), kMostWebFrameBytes));
  outbox_.put_document(which, std::move(text));
  flush();
}

void WebServer::publish_event(std::string json_line) {
  outbox_.put_event(std::move(json_line));
  flush();
}

void WebServer::set_ready(bool ready, const std::string& why_not) {
  std::string text = ready ? "" : why_not.empty() ? "not ready" : why_not;
  if (text == why_not_ready_) return;
  why_not_ready_ = std::move(text);
  outbox_.put_ready(why_not_ready_);
  flush();
}

Result<void> WebServer::reload() {
  Result<std::string> settings = load_settings();
  if (!settings) {
    log(settings.error().message + "; the configuration that was read before stays");
    return tl::unexpected(settings.error());
  }
  if (*settings == settings_) return {};
  settings_ = std::move(*settings);
  outbox_.put_settings(settings_);
  flush();
  log("the web configuration was read anew");
  return {};
}

Result<void> WebServer::reload_if_changed() { return have_changed(files_) ? reload() : Result<void>(); }

std::string WebServer::addresses() const {
  std::string text;
  for (const UniqueFd& listener : listeners_) text += (text.empty() ? "" : ", ") + local_address_text(listener.get());
  return text;
}

void WebServer::log(const std::string& line) const {
  if (options_.log) options_.log(line);
}

}  // namespace tmpfstrace
