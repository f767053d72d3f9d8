// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "model/result.h"
#include "signals.h"

namespace tmpfstrace {

// Writes lines to a descriptor that is not its own, unbuffered, and never hangs for good: a reader that has stopped
// reading must not make the process deaf to SIGTERM.
class LineOutput {
 public:
  // The descriptor and the signals outlive this.
  LineOutput(int fd, const Signals& signals) : fd_(fd), signals_(&signals) {}

  // The error's code is EPIPE when the reader has gone, ETIMEDOUT when it did not read on after a request to stop.
  Result<void> write_line(std::string line);

  int fd() const { return fd_; }

 private:
  Result<void> wait_writable();
  ssize_t write_some(std::string_view text);

  int fd_;
  const Signals* signals_;
  bool may_ask_not_to_wait_ = true;
};

}  // namespace tmpfstrace
