// SPDX-License-Identifier: Apache-2.0
// All that the worker has to know, in the first frame and again after each reload. It opens no file: what files hold
// is in here.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "model/result.h"
#include "web/web_config.h"

namespace tmpfstrace {

struct WebSettings {
  WebConfig config;          // cert, key and client_ca hold what their files hold
  std::string tls_priority;  // of GnuTLS; empty without TLS
  std::string telemetry_path;
  std::uint32_t max_connections = 0;
  std::uint32_t max_requests = 0;  // 0: no limit
  std::uint32_t max_event_streams = 0;
  std::chrono::milliseconds timeout{0};
  std::chrono::milliseconds stale_after{0};
};

// JSON, because it is small, and comes once.
std::string encode_settings(const WebSettings& settings);
Result<WebSettings> decode_settings(const std::string& text);

}  // namespace tmpfstrace
