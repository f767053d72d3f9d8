// SPDX-License-Identifier: Apache-2.0
// Delivers messages to one receiver in a thread of its own, in their order. Nothing that a receiver does, or does not,
// holds up who sends: what waits is bounded, the oldest is dropped first, and what is dropped is counted.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "model/delivery.h"
#include "model/result.h"
#include "notify/http_post.h"

namespace tmpfstrace {

class Sender {
 public:
  using Clock = std::chrono::steady_clock;

  // Signals that are to go to another thread are blocked before.
  static Result<std::unique_ptr<Sender>> start(const Delivery& delivery);
  ~Sender();  // as stop_by(now)

  void send(std::string body);

  struct Counts {
    std::uint64_t delivered = 0;
    std::uint64_t failed = 0;   // attempts
    std::uint64_t dropped = 0;  // messages: no room, given up, refused, or left at the end
  };
  Counts counts() const;

  // What went wrong since the last call, once for each time that it begins to.
  std::optional<std::string> take_complaint();

  // What waits is tried once more, until this time. Returns at once.
  void stop_by(Clock::time_point time);
  // After stop_by(), until the thread has ended.
  void join();

 private:
  struct Message {
    std::string body;
    Clock::time_point made;
  };

  Sender(const Delivery& delivery, std::unique_ptr<HttpPost> post);
  void run();
  void deliver(const Message& message);
  bool is_done(const PostResult& result, const Message& message, std::chrono::milliseconds pause);

  const Delivery delivery_;
  const std::unique_ptr<HttpPost> post_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Message> queue_;
  Counts counts_;
  bool failing_ = false;
  std::optional<std::string> complaint_;
  std::optional<Clock::time_point> stop_by_;
  std::thread thread_;
};

}  // namespace tmpfstrace
