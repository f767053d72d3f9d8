// SPDX-License-Identifier: Apache-2.0
//
// What runs in a container. Prints, as one JSON object a line, what it saw itself; knows nothing of the tool.
//
//   session-writer sessions DIR AHEAD PACE_US   session files of 1,500 bytes, as a server that does not look at a full
//       disk: AHEAD of them at once, then, when SIGUSR1 has come (or AHEAD is 0), one each PACE_US, until SIGTERM
//   session-writer fill FILE PACE_US            1 MiB each PACE_US into one file, until it is killed
#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

constexpr std::size_t kSession = 1500;
constexpr std::size_t kChunk = 1 << 20;

std::uint64_t monotonic_ns() {
  timespec time;
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
}

// By deadlines, not by waits: what one write took does not make the rate lower.
void sleep_until(std::uint64_t deadline_ns) {
  const timespec until{.tv_sec = static_cast<time_t>(deadline_ns / 1'000'000'000),
                       .tv_nsec = static_cast<long>(deadline_ns % 1'000'000'000)};
  while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
  }
}

struct Tally {
  unsigned long stored = 0;
  unsigned long refused = 0;
};

void store_session(int directory, Tally& tally) {
  static const char session[kSession] = "a session";
  static unsigned long number = 0;
  char name[40];
  std::snprintf(name, sizeof name, "session_%024lx", ++number * 0x9E3779B97F4A7C15UL);
  const int file = ::openat(directory, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  const ssize_t done = file < 0 ? -1 : ::write(file, session, sizeof session);
  const int error = errno;
  const std::uint64_t now = monotonic_ns();
  if (file >= 0) ::close(file);
  if (done == static_cast<ssize_t>(sizeof session)) {
    ++tally.stored;
    return;
  }
  if (tally.refused++ != 0) return;
  std::printf("{\"first_refused_ns\":%llu,\"errno\":\"%s\",\"stored\":%lu}\n", static_cast<unsigned long long>(now),
              done >= 0 ? "short" : ::strerrorname_np(error), tally.stored);
}

int write_sessions(const char* path, unsigned long ahead, std::uint64_t pace_ns) {
  const int directory = ::open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return 1;
  sigset_t told;
  ::sigemptyset(&told);
  ::sigaddset(&told, SIGUSR1);
  ::sigaddset(&told, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &told, nullptr);
  Tally tally;
  for (unsigned long i = 0; i < ahead; ++i) store_session(directory, tally);
  if (ahead != 0) {
    std::printf("{\"ahead\":%lu}\n", tally.stored);
    if (::sigwaitinfo(&told, nullptr) != SIGUSR1) return 0;
  }
  const std::uint64_t start = monotonic_ns();
  std::printf("{\"started_ns\":%llu}\n", static_cast<unsigned long long>(start));
  const timespec no_wait{};
  for (std::uint64_t i = 1; ::sigtimedwait(&told, nullptr, &no_wait) != SIGTERM; ++i) {
    store_session(directory, tally);
    sleep_until(start + i * pace_ns);
  }
  std::printf("{\"stored\":%lu,\"refused\":%lu}\n", tally.stored, tally.refused);
  return 0;
}

int fill(const char* path, std::uint64_t pace_ns) {
  const int file = ::open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) return 1;
  const std::vector<char> chunk(kChunk, 'x');
  const std::uint64_t start = monotonic_ns();
  std::printf("{\"started_ns\":%llu}\n", static_cast<unsigned long long>(start));
  for (std::uint64_t i = 1; ::write(file, chunk.data(), chunk.size()) == static_cast<ssize_t>(chunk.size()); ++i)
    sleep_until(start + i * pace_ns);
  std::printf("{\"errno\":\"%s\"}\n", ::strerrorname_np(errno));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const std::string mode = argc > 1 ? argv[1] : "";
  if (mode == "sessions" && argc == 5)
    return write_sessions(argv[2], std::strtoul(argv[3], nullptr, 10), std::strtoul(argv[4], nullptr, 10) * 1000);
  if (mode == "fill" && argc == 4) return fill(argv[2], std::strtoul(argv[3], nullptr, 10) * 1000);
  std::fputs("usage: session-writer sessions DIR AHEAD PACE_US | fill FILE PACE_US\n", stderr);
  return 2;
}
