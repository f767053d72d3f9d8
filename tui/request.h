// SPDX-License-Identifier: Apache-2.0
// What the user wants of the source of the samples: the screen can only pass it on.
#pragma once

#include <chrono>
#include <optional>

#include "model/playback.h"

namespace tmpfstrace {

struct Request {
  std::optional<PlaybackCommand> playback;            // without effect on a live host
  std::optional<std::chrono::milliseconds> interval;  // as model/interval.h allows; without effect on a recording
};

}  // namespace tmpfstrace
