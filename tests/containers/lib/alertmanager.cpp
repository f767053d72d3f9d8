// SPDX-License-Identifier: Apache-2.0
#include "alertmanager.h"

#include <signal.h>
#include <sys/wait.h>

#include <stdexcept>

#include "http.h"
#include "util.h"

namespace containers {
namespace {

using Json = nlohmann::json;

constexpr int kPort = 9093;
constexpr int kWebhookPort = 9094;
constexpr std::chrono::seconds kStart{90};

}  // namespace

Webhook::Webhook(int port) : listener_(listen_on(port)), server_([this] { serve(); }) {}

Webhook::~Webhook() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  server_.join();
  close_socket(listener_);
}

void Webhook::serve() {
  for (;;) {
    const std::optional<std::string> body = take_post(listener_, std::chrono::milliseconds(200));
    const std::lock_guard lock(mutex_);
    if (stop_) return;
    if (!body) continue;
    bodies_.push_back({monotonic_ns(), Json::parse(*body)});
    arrived_.notify_all();
  }
}

std::optional<Document> Webhook::wait_for(const std::function<bool(const Json&)>& accept,
                                          std::chrono::seconds patience) {
  std::unique_lock lock(mutex_);
  std::size_t next = 0;
  std::optional<Document> found;
  arrived_.wait_for(lock, patience, [&] {
    for (; !found && next < bodies_.size(); ++next)
      if (accept(bodies_[next].value)) found = bodies_[next];
    return found.has_value();
  });
  return found;
}

Alertmanager::Alertmanager() : told_(kWebhookPort) {
  write_text("/etc/alertmanager.yml", R"(route:
  receiver: test
  group_by: [alertname, pod]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 1h
receivers:
- name: test
  webhook_configs:
  - url: http://127.0.0.1:)" + std::to_string(kWebhookPort) +
                                          R"(/
    send_resolved: true
)");
  pid_ = spawn({"prometheus-alertmanager", "--config.file=/etc/alertmanager.yml", "--storage.path=/run/alertmanager",
                "--log.level=error", "--web.listen-address=127.0.0.1:" + std::to_string(kPort),
                "--cluster.listen-address="});
  const auto deadline = std::chrono::steady_clock::now() + kStart;
  while (!http_get(kPort, "/-/ready")) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("the Alertmanager does not answer");
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

Alertmanager::~Alertmanager() {
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

std::string Alertmanager::url() const { return "http://127.0.0.1:" + std::to_string(kPort); }

Json Alertmanager::alerts() const {
  const std::optional<std::string> body = http_get(kPort, "/api/v2/alerts");
  return body ? Json::parse(*body) : Json::array();
}

}  // namespace containers
