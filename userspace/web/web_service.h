// SPDX-License-Identifier: Apache-2.0
// What is answered to whom: routes, limits, authentication, streams. Knows the HTTP library and no descriptor but those
// of connections.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "web/authenticator.h"
#include "web/connections.h"
#include "web/documents.h"
#include "web/event_backlog.h"
#include "web/http_daemon.h"
#include "web/responses.h"
#include "web/settings.h"
#include "web/token_bucket.h"
#include "web/web_metrics.h"

namespace tmpfstrace {

class WebService : public HttpEvents {
 public:
  using Clock = std::chrono::steady_clock;
  using Time = Clock::time_point;

  explicit WebService(Authenticator authenticator) : authenticator_(std::move(authenticator)) {}

  // All connections that are open belong to what was before: they are answered by the new settings, and are closed
  // after that.
  void set_settings(WebSettings settings);
  const WebSettings& settings() const { return settings_; }

  void set_ready(std::string why_not) { why_not_ready_ = std::move(why_not); }
  void put_document(WebDocument which, std::string text) { documents_.put(which, std::move(text), Clock::now()); }
  void put_events(std::string_view lines);  // each with its newline
  void note_lost_events(std::uint64_t count);

  // Room for one more connection: cuts one that has long been waiting if need be. False: there is none now.
  bool make_room();
  // Cuts what takes too long, and wakes the streams that are due. A few times a second while there are connections.
  void look_after(Time now);
  Connections& connections() { return connections_; }

  int checker_fd() const { return authenticator_.fd(); }
  Result<void> take_password_answers();

  // For the library.
  Connection* on_opened(MHD_Connection* mhd, int fd) override;
  void on_closed(Connection& connection) override;
  void on_uri(Connection& connection, std::size_t length) override;
  MHD_Result on_request(Connection& connection, const char* url, const char* method, bool first) override;
  void on_completed(Connection& connection) override;
  void on_library_error(unsigned status) override;

  // Read by the worker's own sources; the worker has the descriptor.
  int memory_fd = -1;  // /proc/self/statm; -1: not known

 private:
  MHD_Result refuse_early(Connection& connection, const char* method);
  MHD_Result route(Connection& connection, const std::string& path);
  MHD_Result answer(Connection& connection, unsigned code, Response response);
  MHD_Result answer_text(Connection& connection, unsigned code, std::string text);
  MHD_Result reject(Connection& connection, unsigned code, Rejection reason, std::string text);
  MHD_Result authenticate(Connection& connection);
  MHD_Result answer_document(Connection& connection, WebDocument which, const char* type);
  MHD_Result answer_metrics(Connection& connection);
  MHD_Result answer_static(Connection& connection, std::string_view text, const char* type);
  MHD_Result answer_health(Connection& connection);
  MHD_Result answer_events(Connection& connection);
  static ssize_t read_events(void* connection, std::uint64_t, char* buffer, std::size_t most);
  void resume(Connection& connection);
  void cut(Connection& connection, Rejection reason);
  WebCounts counts_now();

  WebSettings settings_;
  std::map<std::string, std::string> headers_;
  Authenticator authenticator_;
  std::optional<TokenBucket> rate_;
  Connections connections_;
  Documents documents_;
  EventBacklog events_;
  WebCounts counts_;
  std::string why_not_ready_ = "the agent is starting";
  std::uint32_t requests_ = 0;  // in progress
  std::uint32_t streams_ = 0;
  Time started_ = Clock::now();
};

}  // namespace tmpfstrace
