// SPDX-License-Identifier: Apache-2.0
// As much of HTTP as it takes to ask an Alertmanager and to be notified by it, on 127.0.0.1.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace containers {

// The body of an answer with status 200.
std::optional<std::string> http_get(int port, const std::string& path);

int listen_on(int port);
void close_socket(int socket);

// The body of the next POST, which is answered with 200; nothing when none comes in time.
std::optional<std::string> take_post(int listener, std::chrono::milliseconds patience);

}  // namespace containers
