// SPDX-License-Identifier: Apache-2.0
// The live view: keeps what is shown, takes keys, draws. Driven by the run loop, never blocks, never reads a clock.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "model/result.h"
#include "model/sample.h"
#include "model/snapshot.h"
#include "tui/event_log.h"
#include "tui/request.h"
#include "tui/screen.h"
#include "tui/view_screen.h"
#include "tui/view_state.h"

namespace tmpfstrace {

class App {
 public:
  // Takes the terminal until the App is destroyed. Defined beside the terminal, so that all else links without it.
  static Result<std::unique_ptr<App>> create();

  explicit App(std::unique_ptr<Screen> screen);
  ~App() = default;
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  int input_fd() const { return screen_->input_fd(); }

  enum class Action { None, Quit };

  // The descriptor is readable. Quit also when the terminal went away.
  Action on_input();

  void show(std::shared_ptr<const Snapshot> snapshot);

  // Keeps an event; it is drawn with the next snapshot. Events come in bursts.
  void show_event(const RefusalEvent& event);

  // The shown snapshot is the same, where the replay stands is not.
  void show_playback(const Playback& playback);

  // Forgets all events: a replay has gone back. The numbers of those that follow go on from `pushed`.
  void reset_events(std::uint64_t pushed = 0);

  // What the keys have asked for since the last call.
  std::vector<Request> take_requests() { return std::exchange(requests_, {}); }

  void on_resize();

 private:
  void rebuild();
  void draw();

  std::unique_ptr<Screen> screen_;
  ViewState state_;
  // While paused, the shown pair stands still and the latest one goes on.
  std::shared_ptr<const Snapshot> shown_;  // null: before the first
  std::shared_ptr<const Snapshot> latest_;
  EventLog shown_events_;
  EventLog latest_events_;
  // Of shown_ and state_.
  Table table_;
  std::vector<RowKey> keys_;
  std::vector<Request> requests_;
};

}  // namespace tmpfstrace
