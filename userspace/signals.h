// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "host/unique_fd.h"
#include "model/result.h"

namespace tmpfstrace {

// SIGINT, SIGTERM and SIGHUP as a descriptor, and SIGWINCH for a screen. They are blocked from create() on, so that one
// that comes while the programs are still being loaded is not lost and does not cut the loading short.
class Signals {
 public:
  static Result<Signals> create(bool with_resize);

  int fd() const { return fd_.get(); }

  struct Seen {
    bool stop = false;
    bool resize = false;
  };
  // Never blocks.
  Seen take();

  // Whether a request to stop waits for take(), which will see it still.
  static bool stop_pending();

  // Whether take() has seen a request to stop.
  bool stop_seen() const { return stop_seen_; }

 private:
  explicit Signals(UniqueFd fd) : fd_(std::move(fd)) {}

  UniqueFd fd_;
  bool stop_seen_ = false;
};

}  // namespace tmpfstrace
