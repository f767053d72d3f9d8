// SPDX-License-Identifier: Apache-2.0
// libmicrohttpd, without a thread, a listening socket or a timeout of its own: connections are handed to it, and it
// runs when it is told to.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include <microhttpd.h>
#include <sys/socket.h>

#include "model/result.h"
#include "web/settings.h"

namespace tmpfstrace {

struct Connection;

// What the daemon calls. Nothing of it may throw.
class HttpEvents {
 public:
  virtual ~HttpEvents() = default;
  virtual Connection* on_opened(MHD_Connection* mhd, int fd) = 0;
  virtual void on_closed(Connection& connection) = 0;
  virtual void on_uri(Connection& connection, std::size_t length) = 0;
  // First when the headers are there, `first`, then, unless it was answered, to be answered.
  virtual MHD_Result on_request(Connection& connection, const char* url, const char* method, bool first) = 0;
  virtual void on_completed(Connection& connection) = 0;
  // The library has answered by itself.
  virtual void on_library_error(unsigned status) = 0;
};

class HttpDaemon {
 public:
  // With TLS if the settings have it. Keeps what it needs of them.
  static Result<std::unique_ptr<HttpDaemon>> start(const WebSettings& settings, HttpEvents& events);
  // Ends its connections; none of its streams may be suspended.
  ~HttpDaemon();
  HttpDaemon(const HttpDaemon&) = delete;
  HttpDaemon& operator=(const HttpDaemon&) = delete;

  int fd() const;  // an epoll; readable when run() has something to do
  void run();
  // run() is wanted after that time even when nothing is readable; absent: it is not.
  std::optional<std::chrono::milliseconds> wanted_in() const;
  // Takes the socket, also when it fails.
  bool add(int fd, const sockaddr* address, socklen_t size);
  std::size_t connections() const;

 private:
  struct Hooks;
  explicit HttpDaemon(HttpEvents& events) : events_(events) {}

  HttpEvents& events_;
  std::optional<TlsConfig> tls_;  // the sessions point to it
  MHD_Daemon* daemon_ = nullptr;
};

}  // namespace tmpfstrace
