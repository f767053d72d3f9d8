// SPDX-License-Identifier: Apache-2.0
#include "tool.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cstring>
#include <stdexcept>

namespace guest {
namespace {

constexpr auto kFirstSample = std::chrono::seconds(400);  // loading programs, under emulation and under load
constexpr auto kNextSample = std::chrono::seconds(60);    // an emulated processor may stand still for long
constexpr std::size_t kMostEvents = 200'000;

pid_t spawn(const std::string& path, const std::vector<std::string>& args, int output) {
  std::vector<char*> argv{const_cast<char*>(path.c_str()), const_cast<char*>("json")};
  for (const std::string& arg : args) argv.push_back(const_cast<char*>(arg.c_str()));
  argv.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(126);
  ::dup2(output, 1);
  // What it frees is to leave the process, or a leak could not be told from what is kept for the next sample.
  ::setenv("MALLOC_TRIM_THRESHOLD_", "131072", 1);
  ::execv(path.c_str(), argv.data());
  ::_exit(127);
}

std::uint64_t monotonic_of(const std::string& line) {
  const std::size_t at = line.find("\"monotonic_ns\":");
  return at == std::string::npos ? 0 : std::strtoull(line.c_str() + at + 15, nullptr, 10);
}

}  // namespace

Tool::Tool(const std::string& path, const std::vector<std::string>& args, Documents& documents)
    : documents_(documents) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno("pipe");
  output_ = Fd(ends[0]);
  Fd write_end(ends[1]);
  ::fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
  pid_ = spawn(path, args, ends[1]);
  if (pid_ < 0) throw_errno("fork");
  reader_ = std::thread([this] { read_lines(); });
  // From here on the reader owns no write end: it ends when the tool does.
  write_end.close();
  std::unique_lock lock(mutex_);
  if (!arrived_.wait_for(lock, kFirstSample, [this] { return samples_ > 0 || closed_; }) || samples_ == 0) {
    const bool closed = closed_;
    lock.unlock();
    end(SIGKILL, std::chrono::seconds(5));
    reader_.join();
    throw std::runtime_error(closed ? "the tool ended without a sample, wait status " +
                                          std::to_string(status_.value_or(-1))
                                    : std::string("the tool printed no sample in time"));
  }
}

Tool::~Tool() { finish(); }

bool Tool::running() {
  if (status_) return false;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) == pid_) status_ = status;
  return !status_;
}

std::optional<int> Tool::end(int signal, std::chrono::milliseconds timeout) {
  if (running()) ::kill(pid_, signal);
  poll_until(timeout, [this] { return !running(); });
  return status_;
}

void Tool::finish() {
  if (!end(SIGTERM, std::chrono::seconds(10))) end(SIGKILL, std::chrono::seconds(10));
  if (reader_.joinable()) reader_.join();
}

void Tool::read_lines() {
  std::string pending;
  std::vector<char> buffer(1 << 16);
  for (;;) {
    const ssize_t got = ::read(output_.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    pending.append(buffer.data(), static_cast<std::size_t>(got));
    std::size_t start = 0;
    for (std::size_t end = 0; (end = pending.find('\n', start)) != std::string::npos; start = end + 1) {
      take_line(pending.substr(start, end - start));
    }
    pending.erase(0, start);
  }
  const std::lock_guard lock(mutex_);
  closed_ = true;
  arrived_.notify_all();
}

void Tool::take_line(const std::string& line) {
  documents_.add(line);
  const bool is_event = line.find("\"type\":\"event\"") != std::string::npos;
  const std::lock_guard lock(mutex_);
  if (is_event) {
    if (events_.size() < kMostEvents) events_.push_back(line);
    return;
  }
  // Only the newest is kept, and parsed when somebody asks: the pipe must never make the tool wait.
  newest_ = line;
  newest_monotonic_ = monotonic_of(line);
  ++samples_;
  arrived_.notify_all();
}

Sample Tool::sample_after(std::uint64_t monotonic) {
  std::unique_lock lock(mutex_);
  arrived_.wait_for(lock, kNextSample, [&] { return newest_monotonic_ > monotonic || closed_; });
  if (newest_monotonic_ <= monotonic) {
    throw std::runtime_error(closed_ ? "the tool has ended" : "the tool has stopped printing samples");
  }
  const std::string line = newest_;
  lock.unlock();
  return parse_sample(line);
}

std::optional<Sample> Tool::newest() {
  std::string line;
  {
    const std::lock_guard lock(mutex_);
    line = newest_;
  }
  if (line.empty()) return std::nullopt;
  return parse_sample(line);
}

std::uint64_t Tool::samples_seen() {
  const std::lock_guard lock(mutex_);
  return samples_;
}

std::vector<Event> Tool::events_after(std::uint64_t monotonic) {
  std::vector<std::string> lines;
  {
    const std::lock_guard lock(mutex_);
    for (auto line = events_.rbegin(); line != events_.rend() && lines.size() < 2000; ++line) {
      if (monotonic_of(*line) > monotonic) lines.push_back(*line);
    }
  }
  std::vector<Event> events;
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) events.push_back(parse_event(*line));
  return events;
}

int Tool::open_files() const {
  int count = 0;
  DIR* dir = ::opendir(("/proc/" + std::to_string(pid_) + "/fd").c_str());
  if (dir == nullptr) return -1;
  while (::readdir(dir) != nullptr) ++count;
  ::closedir(dir);
  return count - 2;
}

std::int64_t Tool::rss_bytes() const {
  const std::string text = read_text("/proc/" + std::to_string(pid_) + "/statm");
  const std::size_t space = text.find(' ');
  return space == std::string::npos ? -1 : std::strtoll(text.c_str() + space, nullptr, 10) * kPage;
}

}  // namespace guest
