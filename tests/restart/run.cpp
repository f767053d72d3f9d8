// SPDX-License-Identifier: Apache-2.0
#include "run.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cerrno>

namespace guest {

Run::Run(const std::vector<std::string>& argv) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno("pipe");
  output_ = Fd(ends[0]);
  const Fd write_end(ends[1]);
  std::vector<char*> words;
  for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) throw_errno("fork");
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (const int fd : {1, 2}) ::dup2(write_end.get(), fd);
    ::execv(words[0], words.data());
    ::_exit(127);
  }
  reader_ = std::thread([this] { read_lines(); });
}

Run::~Run() { kill(); }

void Run::read_lines() {
  std::string pending;
  std::vector<char> buffer(1 << 16);
  for (;;) {
    const ssize_t got = ::read(output_.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return;
    pending.append(buffer.data(), static_cast<std::size_t>(got));
    std::size_t start = 0;
    for (std::size_t end = 0; (end = pending.find('\n', start)) != std::string::npos; start = end + 1) {
      const std::lock_guard lock(mutex_);
      lines_.push_back(pending.substr(start, end - start));
      has_sample_ = has_sample_ || lines_.back().find("\"type\":\"sample\"") != std::string::npos;
    }
    pending.erase(0, start);
  }
}

bool Run::running() {
  if (!ended_ && ::waitpid(pid_, &status_, WNOHANG) == pid_) ended_ = true;
  return !ended_;
}

bool Run::wait_for_sample(std::chrono::milliseconds timeout) {
  bool there = false;
  poll_until(timeout, [&] {
    const std::lock_guard lock(mutex_);
    return (there = has_sample_) || !running();
  });
  return there;
}

std::vector<std::string> Run::kill() {
  if (!ended_) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, &status_, 0);
    ended_ = true;
  }
  if (reader_.joinable()) reader_.join();
  return std::move(lines_);
}

}  // namespace guest
