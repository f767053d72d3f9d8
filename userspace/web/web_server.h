// SPDX-License-Identifier: Apache-2.0
// The agent's side of its web worker: opens the sockets, reads the configuration, starts the process that serves, and
// sends it what is served. Nothing that came from the network is ever read here. One thread; nothing blocks but
// start().
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "host/unique_fd.h"
#include "model/result.h"
#include "web/frames.h"
#include "web/outbox.h"
#include "web/web_files.h"

namespace tmpfstrace {

struct WebOptions {
  std::vector<std::string> listen_addresses;  // "127.0.0.1:10059", "[::1]:10059", ":10059"
  bool systemd_socket = false;                // the sockets are systemd's; listen_addresses is not looked at
  std::string telemetry_path = "/metrics";
  std::string config_file;                        // the exporter-toolkit's web configuration; empty: none
  std::uint32_t max_connections = 512;            // up to 3500; above it the one that idles longest is cut off
  std::uint32_t max_requests = 40;                // documents being answered at once; 0: no limit
  std::uint32_t max_event_streams = 16;           // readers of /api/v1/events
  std::chrono::milliseconds timeout{10'000};      // for a whole request, and for an answer to be taken
  std::chrono::milliseconds stale_after{60'000};  // without a new document /healthz fails
  std::function<void(const std::string&)> log;    // one line each, no newline; empty: nobody is told
};

class WebServer {
 public:
  // An error names the address, the key or the file, and says why.
  static Result<std::unique_ptr<WebServer>> start(WebOptions options);
  ~WebServer();  // ends the worker
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;

  // The document that is served from now on; one of the kind that is still unsent is replaced. Those of metrics come
  // without "# EOF". More than 64 MiB are not sent, and the log is told. After the worker had to be started anew it
  // serves none until the next.
  void publish(WebDocument which, std::string text);
  // A line of JSON without its newline, for the streams. Without room it is dropped, and the streams are told.
  void publish_event(std::string json_line);
  // What /readyz says; `why_not` is one line.
  void set_ready(bool ready, const std::string& why_not);

  // An epoll, readable when on_ready() has something to do.
  int fd() const { return epoll_.get(); }
  // Sends on, and starts an ended worker again, with a growing pause between.
  Result<void> on_ready();

  // The configuration and its files anew, at SIGHUP. On an error what was there stays, and the log is told as well.
  Result<void> reload();
  // The same, when one of the files has changed by its time; for once a sample.
  Result<void> reload_if_changed();

  // What is listened on, for a message: "127.0.0.1:10059, [::1]:10059".
  std::string addresses() const;
  int worker() const { return worker_; }  // pid; -1: there is none now

 private:
  explicit WebServer(WebOptions options) : options_(std::move(options)) {}
  Result<void> open_sockets();
  Result<std::string> load_settings();
  Result<void> start_worker();
  void worker_ended();
  void flush();
  void log(const std::string& line) const;

  WebOptions options_;
  std::vector<UniqueFd> listeners_;
  std::vector<FileStamp> files_;
  std::string settings_;  // as they are sent; again to each worker
  std::string why_not_ready_ = "the agent is starting";
  UniqueFd epoll_, timer_, worker_fd_, socket_;
  int worker_ = -1;
  std::chrono::steady_clock::time_point worker_started_{}, sent_at_{};
  std::chrono::milliseconds pause_{0};  // before the next start
  Outbox outbox_;
  std::string sending_;  // a frame, header and body
  std::size_t sent_ = 0;
};

}  // namespace tmpfstrace
