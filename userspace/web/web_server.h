#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>
#include "model/result.h"
namespace tmpfstrace {
struct WebOptions { std::vector<std::string> listen_addresses; bool systemd_socket=false; std::string telemetry_path; std::string config_file; std::uint32_t max_connections=512, max_requests=40; std::chrono::seconds timeout{10}, stale_after{35}; std::function<void(const std::string&)> log; };
enum class WebDocument { metrics_text, metrics_openmetrics, snapshot_json, page_html };
class WebServer { public:
  static Result<std::unique_ptr<WebServer>> start(WebOptions) { return fail("stub"); }
  void publish(WebDocument, std::string) {} void publish_event(std::string) {} void set_ready(bool, const std::string&) {}
  int fd() const { return -1; } Result<void> on_ready() { return {}; } Result<void> reload() { return {}; } };
}
