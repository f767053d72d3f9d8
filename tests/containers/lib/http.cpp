// SPDX-License-Identifier: Apache-2.0
#include "http.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "util.h"

namespace containers {
namespace {

constexpr std::string_view kEndOfHead = "\r\n\r\n";

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool send_all(int socket, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool receive_more(int socket, std::string& text) {
  char part[4096];
  const ssize_t got = ::recv(socket, part, sizeof part, 0);
  if (got > 0) text.append(part, static_cast<std::size_t>(got));
  return got > 0;
}

std::optional<std::string> receive_body(int socket) {
  std::string text;
  std::size_t head = std::string::npos;
  while ((head = text.find(kEndOfHead)) == std::string::npos)
    if (!receive_more(socket, text)) return std::nullopt;
  // Go writes it so.
  constexpr std::string_view name = "Content-Length: ";
  const std::size_t length = text.find(name);
  if (length == std::string::npos || length > head) return std::nullopt;
  const std::size_t whole = head + kEndOfHead.size() + std::strtoul(text.c_str() + length + name.size(), nullptr, 10);
  while (text.size() < whole)
    if (!receive_more(socket, text)) return std::nullopt;
  return text.substr(head + kEndOfHead.size());
}

}  // namespace

std::optional<std::string> http_get(int port, const std::string& path) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) throw_errno("socket");
  const sockaddr_in address = loopback(port);
  std::string text;
  // Of version 1.0 the answer ends with the connection.
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      send_all(socket, "GET " + path + " HTTP/1.0\r\n\r\n"))
    while (receive_more(socket, text)) {
    }
  ::close(socket);
  const std::size_t head = text.find(kEndOfHead);
  if (head == std::string::npos || text.find(" 200 ") > text.find("\r\n")) return std::nullopt;
  return text.substr(head + kEndOfHead.size());
}

int listen_on(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) throw_errno("socket");
  const sockaddr_in address = loopback(port);
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) throw_errno("bind");
  if (::listen(socket, 16) != 0) throw_errno("listen");
  return socket;
}

void close_socket(int socket) { ::close(socket); }

std::optional<std::string> take_post(int listener, std::chrono::milliseconds patience) {
  pollfd ready{.fd = listener, .events = POLLIN, .revents = 0};
  if (::poll(&ready, 1, static_cast<int>(patience.count())) <= 0) return std::nullopt;
  const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (socket < 0) return std::nullopt;
  const std::optional<std::string> body = receive_body(socket);
  if (body) send_all(socket, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  ::close(socket);
  return body;
}

}  // namespace containers
