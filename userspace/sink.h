// SPDX-License-Identifier: Apache-2.0
// Where samples go: a screen, standard output, a recording. The counterpart of SampleSource.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "model/playback.h"
#include "model/played_frame.h"
#include "model/result.h"
#include "model/sample.h"

namespace tmpfstrace {

// What a user of the sink wants of the source.
struct SinkRequest {
  std::optional<PlaybackCommand> playback;
  std::optional<std::chrono::milliseconds> interval;
};

class Sink {
 public:
  enum class Flow { go_on, stop };  // stop: nobody wants more, an orderly end

  virtual ~Sink() = default;

  // Before a sample is taken.
  virtual void begin_sample() {}
  virtual Result<Flow> put_sample(Sample sample) = 0;
  virtual Result<Flow> put_event(const RefusalEvent& event) = 0;

  // What a replay shows now, wherever in the recording that is; and the same one with another playback.
  virtual Result<Flow> put_frame(PlayedFrame) { return Flow::go_on; }  // NOLINT(performance-unnecessary-value-param): to keep
  virtual Result<Flow> put_playback(const Playback&) { return Flow::go_on; }

  // A snapshot on the way to the one that put_frame() brings, or that one itself: part of its history.
  virtual void pass(const std::shared_ptr<const Snapshot>&) {}

  // Once, after the last of them.
  virtual Result<void> finish() { return {}; }

  // A descriptor that becomes readable when the user did something, or -1.
  virtual int input_fd() const { return -1; }
  virtual Result<Flow> on_input() { return Flow::go_on; }
  virtual void on_resize() {}
  virtual void on_reload() {}  // somebody wants files to be read again

  // What on_input() has found out since the last call.
  virtual std::vector<SinkRequest> take_requests() { return {}; }

  // A descriptor whose other end may go away while nothing is written, or -1.
  virtual int output_fd() const { return -1; }
};

}  // namespace tmpfstrace
