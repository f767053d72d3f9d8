// SPDX-License-Identifier: Apache-2.0
#include "web/web_service.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <cstring>
#include <exception>

namespace tmpfstrace {
namespace {

constexpr std::size_t kMostUriBytes = 2048;
// One that has said nothing for so long makes room for another. A client in earnest sends its request with the
// handshake; a burst of them waits in the backlog meanwhile.
constexpr std::chrono::milliseconds kMayBeIdle{500};
constexpr std::chrono::seconds kStreamPatience{45};

const char* header_of(const Connection& connection, const char* name) {
  return MHD_lookup_connection_value(connection.mhd, MHD_HEADER_KIND, name);
}

// A kubelet has no password, and kills what does not answer it. They tell no more than that the agent counts, or why
// not.
bool is_probe(std::string_view path) { return path == "/healthz" || path == "/readyz"; }

// Of IPv6 the half that a host cannot choose for itself.
std::string address_text(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address == nullptr) return "";
  if (address->sa_family == AF_INET) {
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, text, sizeof text);
  } else if (address->sa_family == AF_INET6) {
    in6_addr prefix = reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
    if (!IN6_IS_ADDR_V4MAPPED(&prefix)) std::memset(prefix.s6_addr + 8, 0, 8);
    ::inet_ntop(AF_INET6, &prefix, text, sizeof text);
  }
  return text;
}

}  // namespace

void WebService::set_settings(WebSettings settings) {
  const Time now = Clock::now();
  settings_ = std::move(settings);
  headers_ = standard_headers(settings_.config.headers);
  authenticator_.set_users(settings_.config.users, now);
  const WebRateLimit& limit = settings_.config.rate_limit;
  rate_.reset();
  if (limit.interval.count() > 0) rate_.emplace(limit.interval, limit.burst, now);
  connections_.for_each([&](Connection& connection) {
    connection.retired = true;
    // Its reader was let in by what does not hold any more. He comes again.
    if (connection.phase != Phase::streaming) return;
    connection.stream.ended = true;
    resume(connection);
  });
}

void WebService::put_events(std::string_view lines) {
  for (std::size_t end = lines.find('\n'); end != std::string_view::npos; end = lines.find('\n')) {
    events_.add(std::string(lines.substr(0, end)));
    lines.remove_prefix(end + 1);
  }
  connections_.for_each([&](Connection& connection) {
    if (connection.phase == Phase::streaming) resume(connection);
  });
}

void WebService::note_lost_events(std::uint64_t count) {
  counts_.events_dropped += count;
  put_events(lost_line(count) + "\n");
}

bool WebService::make_room() {
  if (connections_.open() < settings_.max_connections) return true;
  Connection* idle = connections_.longest_waiting(Clock::now() - kMayBeIdle);
  if (idle == nullptr) return false;
  cut(*idle, Rejection::connections);
  return true;
}

void WebService::look_after(Time now) {
  connections_.for_each([&](Connection& connection) {
    if (connection.phase == Phase::cut) return;
    if (connection.phase == Phase::streaming) {
      if (connection.stream.is_stuck(now, kStreamPatience)) return cut(connection, Rejection::timeout);
      if (connection.stream.has_more(now)) resume(connection);
    } else if (now - connection.since > settings_.timeout && connection.phase != Phase::checking) {
      cut(connection, Rejection::timeout);
    }
  });
}

void WebService::resume(Connection& connection) {
  if (!connection.stream.suspended) return;
  connection.stream.suspended = false;
  MHD_resume_connection(connection.mhd);
}

void WebService::cut(Connection& connection, Rejection reason) {
  counts_.count_rejection(reason);
  connections_.cut(connection);
  resume(connection);
}

Result<void> WebService::take_password_answers() {
  return authenticator_.take_answers([](Connection& connection) {
    connection.phase = Phase::answering;
    connection.since = Clock::now();
    MHD_resume_connection(connection.mhd);
  });
}

Connection* WebService::on_opened(MHD_Connection* mhd, int fd) {
  Connection connection;
  connection.mhd = mhd;
  connection.fd = fd;
  connection.since = Clock::now();
  if (const MHD_ConnectionInfo* peer = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS))
    connection.address = address_text(peer->client_addr);
  return &connections_.add(std::move(connection));
}

void WebService::on_closed(Connection& connection) {
  authenticator_.forget(connection);
  // One that we have cut is counted by the reason.
  if (connection.tls.config != nullptr && !connection.tls.shook_hands && connection.phase != Phase::cut)
    ++counts_.tls_handshake_failures;
  connections_.remove(connection);
}

void WebService::on_uri(Connection& connection, std::size_t length) {
  connection.uri_too_long = length > kMostUriBytes;
  connection.password = PasswordState::unknown;
}

void WebService::on_completed(Connection& connection) {
  if (connection.counts_as_request) --requests_;
  if (connection.stream.open) --streams_;
  connection.counts_as_request = false;
  connection.stream = EventStream();
  if (connection.phase == Phase::cut) return;
  connection.phase = Phase::waiting;
  connection.since = Clock::now();
}

void WebService::on_library_error(unsigned status) {
  counts_.count_request(status);
  const bool large = status == MHD_HTTP_CONTENT_TOO_LARGE || status == MHD_HTTP_URI_TOO_LONG ||
                     status == MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE;
  counts_.count_rejection(large ? Rejection::too_large : Rejection::malformed);
}

MHD_Result WebService::on_request(Connection& connection, const char* url, const char* method, bool first) {
  if (connection.phase == Phase::cut) return MHD_NO;
  try {
    if (first) {
      connection.asked = Clock::now();
      connection.handler = url == settings_.telemetry_path ? Handler::metrics : Handler::other;
      return refuse_early(connection, method);
    }
    if (!is_probe(url))
      if (const MHD_Result done = authenticate(connection); done != MHD_YES || connection.phase == Phase::checking)
        return done;
    return connection.answered ? MHD_YES : route(connection, url);
  } catch (const std::exception&) {  // no memory: this connection ends, the others go on
    return MHD_NO;
  }
}

// What is answered before its body, if any, is read: the connection ends with it.
MHD_Result WebService::refuse_early(Connection& connection, const char* method) {
  connection.phase = Phase::answering;
  connection.since = Clock::now();
  connection.answered = false;
  if (std::strcmp(method, MHD_HTTP_METHOD_GET) != 0 && std::strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
    return reject(connection, MHD_HTTP_METHOD_NOT_ALLOWED, Rejection::method, "only GET and HEAD are served here\n");
  const char* length = header_of(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
  if ((length != nullptr && std::strcmp(length, "0") != 0) ||
      header_of(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING) != nullptr)
    return reject(connection, MHD_HTTP_CONTENT_TOO_LARGE, Rejection::too_large, "a request has no body here\n");
  if (connection.uri_too_long)
    return reject(connection, MHD_HTTP_URI_TOO_LONG, Rejection::too_large, "the address is longer than 2048 bytes\n");
  return MHD_YES;
}

MHD_Result WebService::answer(Connection& connection, unsigned code, Response response) {
  for (const auto& [name, value] : headers_) add_header(*response, name.c_str(), value);
  if (connection.retired) add_header(*response, MHD_HTTP_HEADER_CONNECTION, "close");
  connection.answered = true;
  counts_.count_request(code);
  counts_.count_duration(connection.handler, std::chrono::duration<double>(Clock::now() - connection.asked).count());
  return MHD_queue_response(connection.mhd, code, response.get());
}

MHD_Result WebService::answer_text(Connection& connection, unsigned code, std::string text) {
  return answer(connection, code, text_response(std::move(text)));
}

MHD_Result WebService::reject(Connection& connection, unsigned code, Rejection reason, std::string text) {
  counts_.count_rejection(reason);
  Response response = text_response(std::move(text));
  if (code == MHD_HTTP_METHOD_NOT_ALLOWED) add_header(*response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
  if (code == MHD_HTTP_TOO_MANY_REQUESTS || code == MHD_HTTP_SERVICE_UNAVAILABLE)
    add_header(*response, MHD_HTTP_HEADER_RETRY_AFTER, "1");
  if (code == MHD_HTTP_UNAUTHORIZED)
    add_header(*response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Basic realm=\"tmpfstrace\", charset=\"UTF-8\"");
  return answer(connection, code, std::move(response));
}

// Answers who is not let in. MHD_YES otherwise, also for one whose password is looked at first.
MHD_Result WebService::authenticate(Connection& connection) {
  const Time now = Clock::now();
  switch (authenticator_.look_at(header_of(connection, MHD_HTTP_HEADER_AUTHORIZATION), connection, now)) {
    case Authenticator::Verdict::right: return MHD_YES;
    case Authenticator::Verdict::asked:
      connection.phase = Phase::checking;
      MHD_suspend_connection(connection.mhd);
      return MHD_YES;
    case Authenticator::Verdict::too_many:
      return reject(connection, MHD_HTTP_TOO_MANY_REQUESTS, Rejection::auth, "too many new passwords; try again\n");
    case Authenticator::Verdict::wrong: break;
  }
  return reject(connection, MHD_HTTP_UNAUTHORIZED, Rejection::auth, "a user name and a password are needed\n");
}

ssize_t WebService::read_events(void* cls, std::uint64_t, char* buffer, std::size_t most) {
  auto& reader = *static_cast<Connection*>(cls);
  if (reader.stream.ended || reader.phase == Phase::cut) return MHD_CONTENT_READER_END_OF_STREAM;
  const std::size_t size = reader.stream.read(buffer, most, Clock::now());
  if (size == 0) {
    reader.stream.suspended = true;
    MHD_suspend_connection(reader.mhd);
  }
  return static_cast<ssize_t>(size);
}

}  // namespace tmpfstrace
