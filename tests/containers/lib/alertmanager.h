// SPDX-License-Identifier: Apache-2.0
// A real Alertmanager on the guest's loopback, and a receiver that it notifies.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "lines.h"

namespace containers {

// Takes what is posted to it; each body is one JSON document.
class Webhook {
 public:
  explicit Webhook(int port);
  ~Webhook();
  Webhook(const Webhook&) = delete;
  Webhook& operator=(const Webhook&) = delete;

  std::optional<Document> wait_for(const std::function<bool(const nlohmann::json&)>& accept,
                                   std::chrono::seconds patience);

 private:
  void serve();

  int listener_ = -1;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Document> bodies_;
  bool stop_ = false;
  std::thread server_;  // last: it uses everything above
};

class Alertmanager {
 public:
  Alertmanager();  // returns when it answers
  ~Alertmanager();
  Alertmanager(const Alertmanager&) = delete;
  Alertmanager& operator=(const Alertmanager&) = delete;

  std::string url() const;
  nlohmann::json alerts() const;  // GET /api/v2/alerts
  Webhook& told() { return told_; }

 private:
  Webhook told_;
  pid_t pid_ = -1;
};

}  // namespace containers
