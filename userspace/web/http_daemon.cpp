// SPDX-License-Identifier: Apache-2.0
#include "web/http_daemon.h"

#include <cstdarg>
#include <cstring>
#include <string_view>
#include <vector>

#include "web/connections.h"
#include "web/tls_policy.h"

namespace tmpfstrace {
namespace {

constexpr std::size_t kConnectionBytes = 16 << 10;  // request line and headers, then those of the answer
constexpr unsigned kSpareConnections = 128;         // that are cut, and that the library has not noticed yet

}  // namespace

// The library's callbacks, which are C.
struct HttpDaemon::Hooks {
  static Connection* connection_of(MHD_Connection* mhd) {
    const MHD_ConnectionInfo* info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == nullptr ? nullptr : static_cast<Connection*>(info->socket_context);
  }

  static void notify(void* self, MHD_Connection* mhd, void** context, MHD_ConnectionNotificationCode code) {
    auto& daemon = *static_cast<HttpDaemon*>(self);
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
      if (*context != nullptr) daemon.events_.on_closed(*static_cast<Connection*>(*context));
      *context = nullptr;
      return;
    }
    const MHD_ConnectionInfo* fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    Connection* const connection = daemon.events_.on_opened(mhd, fd->connect_fd);
    *context = connection;
    if (!daemon.tls_) return;
    connection->tls.config = &*daemon.tls_;
    const MHD_ConnectionInfo* session = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    ask_client(static_cast<gnutls_session_t>(session->tls_session), connection->tls);
  }

  static void* see_uri(void* self, const char* uri, MHD_Connection* mhd) {
    if (Connection* connection = connection_of(mhd))
      static_cast<HttpDaemon*>(self)->events_.on_uri(*connection, std::strlen(uri));
    return nullptr;
  }

  static MHD_Result handle(void* self, MHD_Connection* mhd, const char* url, const char* method, const char*,
                           const char*, std::size_t* upload_size, void** seen) {
    Connection* connection = connection_of(mhd);
    if (connection == nullptr) return MHD_NO;
    const bool first = *seen == nullptr;
    *seen = connection;
    *upload_size = 0;  // a body is refused with the headers
    return static_cast<HttpDaemon*>(self)->events_.on_request(*connection, url, method, first);
  }

  static void complete(void* self, MHD_Connection* mhd, void**, MHD_RequestTerminationCode) {
    if (Connection* connection = connection_of(mhd)) static_cast<HttpDaemon*>(self)->events_.on_completed(*connection);
  }

  // The library tells of its own answers nowhere but in its log.
  static void log(void* self, const char* format, std::va_list arguments) {
    constexpr std::string_view refused = "Error processing request (HTTP response code is %u";
    if (std::string_view(format).starts_with(refused))
      static_cast<HttpDaemon*>(self)->events_.on_library_error(va_arg(arguments, unsigned));
  }
};

Result<std::unique_ptr<HttpDaemon>> HttpDaemon::start(const WebSettings& settings, HttpEvents& events) {
  std::unique_ptr<HttpDaemon> self(new HttpDaemon(events));
  self->tls_ = settings.config.tls;
  const auto pointer = [](auto function) { return reinterpret_cast<intptr_t>(function); };
  std::vector<MHD_OptionItem> options = {
      {MHD_OPTION_EXTERNAL_LOGGER, pointer(&Hooks::log), self.get()},
      {MHD_OPTION_NOTIFY_CONNECTION, pointer(&Hooks::notify), self.get()},
      {MHD_OPTION_NOTIFY_COMPLETED, pointer(&Hooks::complete), self.get()},
      {MHD_OPTION_URI_LOG_CALLBACK, pointer(&Hooks::see_uri), self.get()},
      {MHD_OPTION_CONNECTION_LIMIT, static_cast<intptr_t>(settings.max_connections + kSpareConnections), nullptr},
      {MHD_OPTION_CONNECTION_MEMORY_LIMIT, kConnectionBytes, nullptr},
      {MHD_OPTION_CONNECTION_TIMEOUT, 0, nullptr},
      {MHD_OPTION_STRICT_FOR_CLIENT, 1, nullptr},
      {MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, nullptr}};
  unsigned flags = MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
  if (self->tls_) {
    flags |= MHD_USE_TLS;
    const auto text = [](const std::string& value) { return const_cast<char*>(value.c_str()); };
    options.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, text(self->tls_->cert)});
    options.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, text(self->tls_->key)});
    options.push_back({MHD_OPTION_HTTPS_PRIORITIES, 0, text(settings.tls_priority)});
    if (!self->tls_->client_ca.empty()) options.push_back({MHD_OPTION_HTTPS_MEM_TRUST, 0, text(self->tls_->client_ca)});
  }
  options.push_back({MHD_OPTION_END, 0, nullptr});
  self->daemon_ = MHD_start_daemon(flags, 0, nullptr, nullptr, &Hooks::handle, self.get(), MHD_OPTION_ARRAY,
                                   options.data(), MHD_OPTION_END);
  if (self->daemon_ == nullptr) return fail("cannot start the HTTP library");
  return self;
}

HttpDaemon::~HttpDaemon() {
  if (daemon_ != nullptr) MHD_stop_daemon(daemon_);
}

int HttpDaemon::fd() const { return MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd; }

void HttpDaemon::run() { MHD_run(daemon_); }

std::optional<std::chrono::milliseconds> HttpDaemon::wanted_in() const {
  MHD_UNSIGNED_LONG_LONG timeout = 0;
  if (MHD_get_timeout(daemon_, &timeout) != MHD_YES) return std::nullopt;
  return std::chrono::milliseconds(timeout);
}

bool HttpDaemon::add(int fd, const sockaddr* address, socklen_t size) {
  return MHD_add_connection(daemon_, fd, address, size) == MHD_YES;
}

std::size_t HttpDaemon::connections() const {
  return MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)->num_connections;
}

}  // namespace tmpfstrace
