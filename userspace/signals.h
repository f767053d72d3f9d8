// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "host/unique_fd.h"
#include "model/result.h"

namespace tmpfstrace {

// SIGINT, SIGTERM and SIGHUP as a descriptor, and SIGWINCH for a screen; to an agent SIGHUP means to read its files
// again. They are blocked from create() on, so that one that comes while the programs are still being loaded is not
// lost and does not cut the loading short.
class Signals {
 public:
  enum class For { lines, screen, agent };
  static Result<Signals> create(For what);

  int fd() const { return fd_.get(); }

  struct Seen {
    bool stop = false;
    bool resize = false;
    bool reload = false;
  };
  // Never blocks.
  Seen take();

  // Whether a request to stop waits for take(), which will see it still.
  static bool stop_pending(For what);

  // Whether take() has seen a request to stop.
  bool stop_seen() const { return stop_seen_; }

 private:
  Signals(UniqueFd fd, For what) : fd_(std::move(fd)), for_(what) {}

  UniqueFd fd_;
  For for_;
  bool stop_seen_ = false;
};

}  // namespace tmpfstrace
