// SPDX-License-Identifier: Apache-2.0
#include "lines.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <utility>

#include "util.h"

namespace containers {

Lines::Lines() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno("pipe");
  read_end_ = ends[0];
  write_end_ = ends[1];
  reader_ = std::thread([this] { read(); });
}

Lines::~Lines() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  reader_.join();
  close_write_end();
  ::close(read_end_);
}

void Lines::close_write_end() {
  if (write_end_ >= 0) ::close(std::exchange(write_end_, -1));
}

// The time is taken before anything is done with the line.
void Lines::read() {
  std::string rest;
  std::vector<char> part(1 << 16);
  for (;;) {
    pollfd ready{.fd = read_end_, .events = POLLIN, .revents = 0};
    const int some = ::poll(&ready, 1, 200);
    {
      const std::lock_guard lock(mutex_);
      if (stop_) return;
    }
    if (some <= 0) continue;
    const ssize_t got = ::read(read_end_, part.data(), part.size());
    const std::uint64_t now = monotonic_ns();
    if (got <= 0) return;
    rest.append(part.data(), static_cast<std::size_t>(got));
    for (std::size_t end; (end = rest.find('\n')) != std::string::npos; rest.erase(0, end + 1)) {
      const std::lock_guard lock(mutex_);
      lines_.push_back({now, rest.substr(0, end)});
      arrived_.notify_all();
    }
  }
}

std::optional<Lines::Line> Lines::line(std::size_t number, std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  if (!arrived_.wait_until(lock, deadline, [&] { return lines_.size() > number; })) return std::nullopt;
  return lines_[number];
}

std::optional<Document> Lines::wait_for(const std::function<bool(const nlohmann::json&)>& accept,
                                        std::chrono::seconds patience, std::size_t from) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (std::size_t number = from;; ++number) {
    const std::optional<Line> next = line(number, deadline);
    if (!next) return std::nullopt;
    Document document{next->arrived_ns, nlohmann::json::parse(next->text)};
    if (accept(document.value)) return document;
  }
}

std::size_t Lines::count() {
  const std::lock_guard lock(mutex_);
  return lines_.size();
}

Document Lines::at(std::size_t number) {
  const std::lock_guard lock(mutex_);
  return {lines_.at(number).arrived_ns, nlohmann::json::parse(lines_.at(number).text)};
}

}  // namespace containers
