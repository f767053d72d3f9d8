// SPDX-License-Identifier: Apache-2.0
#include "agent/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "host/clock.h"

namespace tmpfstrace {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::optional<std::uint64_t> number_in(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

Result<ServiceManager> ServiceManager::from_environment() {
  ServiceManager manager;
  const std::string path = variable("NOTIFY_SOCKET");
  if (path.empty()) return manager;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if ((path[0] != '/' && path[0] != '@') || path.size() >= sizeof address.sun_path)
    return fail("NOTIFY_SOCKET is '" + path + "', which is no address of a service manager's socket");
  std::copy(path.begin(), path.end(), address.sun_path);
  if (path[0] == '@') address.sun_path[0] = '\0';  // an abstract name
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  manager.socket_ = UniqueFd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!manager.socket_ || connect(manager.socket_.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0)
    return fail_errno("connect to", "NOTIFY_SOCKET " + path, errno);
  const auto microseconds = number_in(variable("WATCHDOG_USEC"));
  const auto pid = number_in(variable("WATCHDOG_PID"));
  const bool for_us = !pid || *pid == static_cast<std::uint64_t>(getpid());
  if (microseconds && *microseconds > 0 && for_us) manager.watchdog_ = std::chrono::microseconds(*microseconds);
  return manager;
}

void ServiceManager::reloading() const {
  tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(read_clock_ns(CLOCK_MONOTONIC) / 1000));
}

// One that does not listen is not waited for: the watchdog would show that.
void ServiceManager::tell(const std::string& text) const {
  if (socket_) (void)send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
}

}  // namespace tmpfstrace
