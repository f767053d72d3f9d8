// SPDX-License-Identifier: Apache-2.0
// The product under test, running as a child and read through a pipe.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "documents.h"
#include "sample.h"
#include "util.h"

namespace guest {

class Tool {
 public:
  // Starts "PATH json ARGS…" and returns when its first sample has arrived; throws when none comes. What it prints is
  // kept in the documents.
  Tool(const std::string& path, const std::vector<std::string>& args, Documents& documents);
  // Finishes it.
  ~Tool();
  Tool(const Tool&) = delete;
  Tool& operator=(const Tool&) = delete;

  pid_t pid() const { return pid_; }
  bool running();
  // Sends the signal and waits for the end: the wait status, or nothing after the timeout.
  std::optional<int> end(int signal, std::chrono::milliseconds timeout);
  // SIGTERM, then SIGKILL when it does not end; all that it printed has been read then.
  void finish();

  // The newest sample that was taken after this instant of CLOCK_MONOTONIC; throws when none comes.
  Sample sample_after(std::uint64_t monotonic);
  // The newest sample there is, also when the tool has ended.
  std::optional<Sample> newest();
  std::uint64_t samples_seen();
  // What happened after this instant, oldest first.
  std::vector<Event> events_after(std::uint64_t monotonic);

  int open_files() const;
  std::int64_t rss_bytes() const;

 private:
  void read_lines();
  void take_line(const std::string& line);

  Documents& documents_;
  pid_t pid_ = -1;
  std::optional<int> status_;
  Fd output_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::string newest_;
  std::uint64_t newest_monotonic_ = 0;
  std::uint64_t samples_ = 0;
  std::vector<std::string> events_;
  bool closed_ = false;
  std::thread reader_;  // last: it uses everything above
};

}  // namespace guest
