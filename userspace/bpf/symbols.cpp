// SPDX-License-Identifier: Apache-2.0
#include "bpf/symbols.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX wants it declared by the program

namespace tmpfstrace {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 200ms;  // an answer is waited for
constexpr auto kHungAfter = 20s;   // reading the symbols of a large program takes seconds
constexpr auto kIntervalTime = 100ms;
constexpr auto kShunTime = 60s;
constexpr std::size_t kMostShunned = 64;

std::vector<std::string> in_hex(const std::vector<std::uint64_t>& addresses) {
  std::vector<std::string> frames;
  frames.reserve(addresses.size());
  for (const std::uint64_t address : addresses) frames.push_back(fmt::format("{:#x}", address));
  return frames;
}

std::uint64_t in_ns(const timeval& time) {
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_usec) * 1000;
}

// What posix_spawn needs, given back whatever happens.
struct SpawnSettings {
  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};
  SpawnSettings() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnSettings() {
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
};

}  // namespace

Symbols::~Symbols() { end_worker(); }

bool Symbols::start_worker() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return false;
  UniqueFd ours(ends[0]);
  const UniqueFd theirs(ends[1]);

  SpawnSettings settings;
  posix_spawn_file_actions_adddup2(&settings.files, theirs.get(), 0);
  posix_spawn_file_actions_addopen(&settings.files, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&settings.files, 2, "/dev/null", O_WRONLY, 0);  // BCC complains there
  // A group of its own: the terminal's signals are for us. The signals that we block must be able to end it.
  sigset_t nothing;
  sigemptyset(&nothing);
  posix_spawnattr_setsigmask(&settings.attributes, &nothing);
  posix_spawnattr_setpgroup(&settings.attributes, 0);
  posix_spawnattr_setflags(&settings.attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  char name[] = "tmpfstrace";
  std::string argument = kSymbolWorkerArgument;
  char* const argv[] = {name, argument.data(), nullptr};
  pid_t pid = -1;
  if (posix_spawn(&pid, "/proc/self/exe", &settings.files, &settings.attributes, argv, environ) != 0) return false;
  worker_ = pid;
  socket_ = std::move(ours);
  return true;
}

void Symbols::end_worker() {
  socket_.reset();
  if (worker_ < 0) return;
  ::kill(worker_, SIGKILL);
  rusage spent{};
  if (::wait4(worker_, nullptr, 0, &spent) == worker_)
    ended_workers_cpu_ns_ += in_ns(spent.ru_utime) + in_ns(spent.ru_stime);
  worker_ = -1;
}

bool Symbols::is_shunned(std::uint32_t tgid) {
  const Clock::time_point now = Clock::now();
  while (!shunned_.empty() && shunned_.front().until < now) shunned_.pop_front();
  return std::any_of(shunned_.begin(), shunned_.end(), [&](const Shunned& s) { return s.tgid == tgid; });
}

// The answer to the last request; absent: it has not come yet, or the worker is no more.
std::optional<std::vector<std::string>> Symbols::receive(std::chrono::milliseconds patience) {
  pollfd ready{socket_.get(), POLLIN, 0};
  if (::poll(&ready, 1, static_cast<int>(patience.count())) != 1) {
    if (Clock::now() - asked_at_ > kHungAfter) give_up();
    return std::nullopt;
  }
  std::vector<char> answer(kMostAnswerBytes);
  const ssize_t got = ::recv(socket_.get(), answer.data(), answer.size(), 0);
  if (got < 1 || answer[0] != kSymbolAnswer) {
    give_up();
    return std::nullopt;
  }
  asked_for_.reset();
  std::vector<std::string> frames;
  const auto end = answer.begin() + got;
  for (auto begin = answer.begin() + 1; begin != end;) {
    const auto nul = std::find(begin, end, '\0');
    frames.emplace_back(begin, nul);
    begin = nul == end ? end : nul + 1;
  }
  return frames;
}

// It hangs or has died over this process; the next one's stack gets another worker.
void Symbols::give_up() {
  end_worker();
  if (shunned_.size() == kMostShunned) shunned_.pop_front();
  shunned_.push_back({*asked_for_, Clock::now() + kShunTime});
  asked_for_.reset();
}

std::optional<std::vector<std::string>> Symbols::ask(const SymbolRequest& request) {
  // An answer that came too late for its stack: the worker is free again, and has the symbols for the next one.
  if (asked_for_ && !receive(0ms)) return std::nullopt;
  if (is_shunned(request.tgid) || (worker_ < 0 && !start_worker())) return std::nullopt;
  asked_for_ = request.tgid;
  asked_at_ = Clock::now();
  if (::send(socket_.get(), &request, sizeof request, MSG_NOSIGNAL) != static_cast<ssize_t>(sizeof request)) {
    give_up();
    return std::nullopt;
  }
  return receive(kPatience);
}

std::vector<std::string> Symbols::resolve(std::uint32_t tgid, const std::vector<std::uint64_t>& addresses) {
  if (addresses.empty()) return {};
  if (spent_ > kIntervalTime) {
    ++unanswered_;
    return in_hex(addresses);
  }
  SymbolRequest request;
  request.tgid = tgid;
  request.count = static_cast<std::uint32_t>(std::min<std::size_t>(addresses.size(), TMPFS_STACK_DEPTH));
  std::copy_n(addresses.begin(), request.count, request.addresses);
  const Clock::time_point start = Clock::now();
  auto frames = ask(request);
  spent_ += Clock::now() - start;
  if (frames) return *frames;
  ++unanswered_;
  return in_hex(addresses);
}

}  // namespace tmpfstrace
