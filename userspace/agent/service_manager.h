// SPDX-License-Identifier: Apache-2.0
// What systemd is told of a service of Type=notify: the protocol of sd_notify(3), datagrams to the socket that the
// environment names. Without one nothing is said.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "host/unique_fd.h"
#include "model/result.h"

namespace tmpfstrace {

class ServiceManager {
 public:
  // Connects now: later the process may open no socket any more.
  static Result<ServiceManager> from_environment();

  void ready(const std::string& status) const { tell("READY=1\nSTATUS=" + status); }
  void status(const std::string& status) const { tell("STATUS=" + status); }
  void stopping() const { tell("STOPPING=1"); }
  // Of Type=notify-reload, too, which wants the time at which the reload was begun.
  void reloading() const;
  void alive() const { tell("WATCHDOG=1"); }

  // Within this time alive() has to be called again; absent: nobody waits for it.
  std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }

 private:
  void tell(const std::string& text) const;

  UniqueFd socket_;
  std::optional<std::chrono::microseconds> watchdog_;
};

}  // namespace tmpfstrace
