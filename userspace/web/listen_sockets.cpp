// SPDX-License-Identifier: Apache-2.0
#include "web/listen_sockets.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "web/listen_address.h"

namespace tmpfstrace {
namespace {

constexpr int kBacklog = 1024;  // a burst waits here while the worker is busy; the kernel's somaxconn may cut it
constexpr int kFirstSystemdFd = 3;
// Of each connection, which takes it over: else a reader who reads nothing could have the kernel hold megabytes.
constexpr int kSendBufferBytes = 256 << 10;

void bound_send_buffer(int socket) {
  ::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &kSendBufferBytes, sizeof kSendBufferBytes);
}

Result<UniqueFd> listen_on(const addrinfo& info, const std::string& text, bool both_families) {
  UniqueFd socket(::socket(info.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, info.ai_protocol));
  if (!socket) return fail_errno("open a socket for", text, errno);
  const int on = 1;
  const int v6_only = both_families ? 0 : 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  bound_send_buffer(socket.get());
  if (info.ai_family == AF_INET6) ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof v6_only);
  if (::bind(socket.get(), info.ai_addr, info.ai_addrlen) != 0 || ::listen(socket.get(), kBacklog) != 0) {
    const int code = errno;
    const char* hint = code == EADDRINUSE ? "another program listens there; --web.listen-address names another port"
                       : code == EADDRNOTAVAIL ? "this host has no such address"
                       : code == EACCES        ? "a port below 1024 needs CAP_NET_BIND_SERVICE"
                                               : "";
    return fail_errno("listen on", text, code, hint);
  }
  return socket;
}

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Result<UniqueFd> open_one(const std::string& text) {
  const Result<ListenAddress> address = parse_listen_address(text);
  if (!address) return tl::unexpected(address.error());
  const bool any = address->host.empty();
  addrinfo wanted{};
  wanted.ai_family = any ? AF_INET6 : AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  const std::string port = std::to_string(address->port);
  const auto look_up = [&](addrinfo*& found) {
    return ::getaddrinfo(any ? nullptr : address->host.c_str(), port.c_str(), &wanted, &found);
  };
  addrinfo* found = nullptr;
  if (const int error = look_up(found); error != 0)
    return fail("cannot listen on " + text + ": " + ::gai_strerror(error));
  const AddressList list(found, &freeaddrinfo);
  // Of a name with several addresses the IPv4 one, as Go's exporters do.
  const addrinfo* chosen = list.get();
  for (const addrinfo* info = list.get(); info != nullptr; info = info->ai_next)
    if (info->ai_family == AF_INET) {
      chosen = info;
      break;
    }
  Result<UniqueFd> socket = listen_on(*chosen, text, any);
  if (socket || !any || (socket.error().code != EAFNOSUPPORT && socket.error().code != EADDRNOTAVAIL)) return socket;
  wanted.ai_family = AF_INET;  // a host without IPv6
  addrinfo* v4 = nullptr;
  if (look_up(v4) != 0) return socket;
  const AddressList v4_list(v4, &freeaddrinfo);
  return listen_on(*v4, text, false);
}

int number_in(const char* variable) {
  const char* text = std::getenv(variable);
  int number = -1;
  if (text == nullptr) return -1;
  const auto [end, error] = std::from_chars(text, text + std::strlen(text), number);
  return error == std::errc() && *end == '\0' ? number : -1;
}

}  // namespace

Result<std::vector<UniqueFd>> open_listen_sockets(const std::vector<std::string>& addresses) {
  std::vector<UniqueFd> sockets;
  for (const std::string& address : addresses) {
    Result<UniqueFd> socket = open_one(address);
    if (!socket) return tl::unexpected(socket.error());
    sockets.push_back(std::move(*socket));
  }
  return sockets;
}

Result<std::vector<UniqueFd>> take_systemd_sockets() {
  const int count = number_in("LISTEN_FDS");
  const bool ours = number_in("LISTEN_PID") == ::getpid();
  for (const char* name : {"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"}) ::unsetenv(name);
  if (count < 1 || !ours)
    return fail("systemd has handed over no socket",
                "--web.systemd-socket is for a service that a .socket unit starts");
  std::vector<UniqueFd> sockets;
  for (int fd = kFirstSystemdFd; fd < kFirstSystemdFd + count; ++fd) {
    int listens = 0;
    socklen_t size = sizeof listens;
    if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0)
      return fail("descriptor " + std::to_string(fd) + " from systemd does not listen",
                  "the .socket unit needs ListenStream=");
    bound_send_buffer(fd);
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    sockets.emplace_back(fd);
  }
  return sockets;
}

std::string local_address_text(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  char host[NI_MAXHOST];
  char port[NI_MAXSERV];
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::getsockname(socket, generic, &size) != 0 || address.ss_family == AF_UNIX ||
      ::getnameinfo(generic, size, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return "a Unix socket";
  return address.ss_family == AF_INET6 ? std::string("[") + host + "]:" + port : std::string(host) + ":" + port;
}

}  // namespace tmpfstrace
