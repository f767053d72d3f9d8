// SPDX-License-Identifier: Apache-2.0
// Any bytes from a client to the whole of the worker's service, through the HTTP library, as one connection. The first
// byte chooses the settings and in which pieces the rest comes.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "web/web_service.h"

using namespace tmpfstrace;

namespace {

WebSettings settings_of(std::uint8_t choice) {
  WebSettings settings;
  // Of "other", at the least cost.
  if (choice & 1) settings.config.users = {{"bob", "$2y$04$hLqFl9jSjoAAy95Z/zw8YeWH6PP8Q0JEhgEcMVWcfAt8GTftPoChO"}};
  if (choice & 2) settings.config.rate_limit = {std::chrono::seconds(1), 2};
  settings.telemetry_path = "/metrics";
  settings.max_connections = 4;
  settings.max_requests = choice & 4 ? 1 : 0;
  settings.max_event_streams = 2;
  settings.timeout = std::chrono::seconds(10);
  settings.stale_after = std::chrono::seconds(10);
  return settings;
}

struct World {
  WebService service;
  std::unique_ptr<HttpDaemon> daemon;

  World() : service(std::move(*Authenticator::start(start_checker(), WebService::Clock::now()))) {
    std::signal(SIGPIPE, SIG_IGN);
    service.set_settings(settings_of(0));
    daemon = std::move(*HttpDaemon::start(settings_of(0), service));
    for (std::size_t i = 0; i < kWebDocuments; ++i)
      service.put_document(static_cast<WebDocument>(i), std::string(3000, 'x') + "\n");
    service.put_events("{\"n\":1}\n{\"n\":2}\n");
  }
  static PasswordChecker start_checker() {
    return std::move(*PasswordChecker::start([]() -> Result<void> { return {}; }));
  }

  void run() {
    daemon->run();
    pollfd checker{service.checker_fd(), POLLIN, 0};
    if (::poll(&checker, 1, 0) == 1 && !service.take_password_answers()) std::abort();
    service.look_after(WebService::Clock::now());
  }
  // Takes what is answered, as a client would.
  static void drain(int client) {
    char piece[65536];
    while (::recv(client, piece, sizeof piece, MSG_DONTWAIT) > 0) {
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World& world = *new World;
  if (size == 0) return 0;
  const std::uint8_t choice = data[0];
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  world.service.set_settings(settings_of(choice));
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0) std::abort();
  sockaddr address{};
  address.sa_family = AF_UNIX;
  if (!world.daemon->add(ends[1], &address, sizeof address)) std::abort();
  const std::size_t piece = choice & 8 ? 1 + choice % 97 : std::max<std::size_t>(text.size(), 1);
  while (!text.empty()) {
    const std::size_t taken = std::min(piece, text.size());
    if (::send(ends[0], text.data(), taken, MSG_NOSIGNAL) <= 0) break;
    text.remove_prefix(taken);
    world.run();
    World::drain(ends[0]);
  }
  ::shutdown(ends[0], SHUT_WR);
  for (int i = 0; i < 4; ++i) {
    world.run();
    World::drain(ends[0]);
  }
  ::close(ends[0]);
  // A password that is looked at takes a moment; a stream notices when it has something to say.
  for (int i = 0; world.daemon->connections() > 0; ++i) {
    if (i > 2000) std::abort();
    if (i % 16 == 15) world.service.put_events("{}\n");
    world.run();
    if (i > 16) ::poll(nullptr, 0, 1);
  }
  if (world.service.connections().open() != 0) std::abort();
  return 0;
}
