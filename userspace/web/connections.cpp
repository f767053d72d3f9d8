// SPDX-License-Identifier: Apache-2.0
#include "web/connections.h"

#include <sys/socket.h>

namespace tmpfstrace {

Connection& Connections::add(Connection connection) {
  all_.push_back(std::move(connection));
  return all_.back();
}

void Connections::remove(const Connection& connection) {
  if (connection.phase == Phase::cut) --cut_;
  all_.remove_if([&](const Connection& other) { return &other == &connection; });
}

Connection* Connections::longest_waiting(Time time) {
  Connection* found = nullptr;
  for (Connection& connection : all_)
    if (connection.phase == Phase::waiting && connection.since < time) {
      found = &connection;
      time = connection.since;
    }
  return found;
}

void Connections::cut(Connection& connection) {
  if (connection.phase == Phase::cut) return;
  connection.phase = Phase::cut;
  ++cut_;
  ::shutdown(connection.fd, SHUT_RDWR);
}

void Connections::for_each(const Visit& visit) {
  for (Connection& connection : all_) visit(connection);
}

}  // namespace tmpfstrace
