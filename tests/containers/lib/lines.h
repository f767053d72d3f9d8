// SPDX-License-Identifier: Apache-2.0
// The lines that a program prints into a pipe, each with the time at which it came.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

namespace containers {

struct Document {
  std::uint64_t arrived_ns = 0;  // CLOCK_MONOTONIC
  nlohmann::json value;
};

class Lines {
 public:
  Lines();
  ~Lines();  // does not wait for the end of what writes
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  int write_end() const { return write_end_; }  // for a child
  void close_write_end();                       // once the child has it

  // The first one that is accepted, of those from number `from` on; waits for it. Each line is one JSON document.
  std::optional<Document> wait_for(const std::function<bool(const nlohmann::json&)>& accept,
                                   std::chrono::seconds patience, std::size_t from = 0);
  std::size_t count();
  Document at(std::size_t number);

 private:
  struct Line {
    std::uint64_t arrived_ns;
    std::string text;
  };

  void read();
  std::optional<Line> line(std::size_t number, std::chrono::steady_clock::time_point deadline);

  int read_end_ = -1, write_end_ = -1;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Line> lines_;
  bool stop_ = false;
  std::thread reader_;  // last: it uses everything above
};

}  // namespace containers
