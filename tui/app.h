// SPDX-License-Identifier: Apache-2.0
// The live view: keeps what is shown, takes keys, draws. Driven by the run loop, never blocks, never reads a clock.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/result.h"
#include "model/sample.h"
#include "model/snapshot.h"
#include "tui/frame.h"
#include "tui/request.h"
#include "tui/screen.h"
#include "tui/view_screen.h"
#include "tui/view_state.h"

namespace tmpfstrace {

struct AppOptions {
  ViewState state = {};  // what the user chose the last time
  // An object of a view as JSON; of an event and a notice the whole row. Empty: there is no such object. May be null.
  std::function<std::string(const Frame& frame, View view, const RowKey& key)> to_json = {};
};

class App {
 public:
  // Takes the terminal until the App is destroyed. Defined beside the terminal, so that all else links without it.
  static Result<std::unique_ptr<App>> create(AppOptions options);

  explicit App(std::unique_ptr<Screen> screen, AppOptions options = {});
  ~App() = default;
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  int input_fd() const { return screen_->input_fd(); }

  enum class Action { None, Quit };

  // The descriptor is readable. Quit also when the terminal went away.
  Action on_input();

  void show(std::shared_ptr<const Snapshot> snapshot);

  // A snapshot that a replay passes on its way to another: it is part of the history, and is not drawn.
  void pass(const std::shared_ptr<const Snapshot>& snapshot);

  // Keeps an event; it is drawn with the next snapshot. Events come in bursts.
  void show_event(const RefusalEvent& event);

  // Says something that the user should know, in the log.
  void tell(Severity severity, const std::string& text);

  // The shown snapshot is the same, where the replay stands is not.
  void show_playback(const Playback& playback);

  // Forgets all events: a replay has gone back. The numbers of those that follow go on from `pushed`.
  void reset_events(std::uint64_t pushed = 0);

  // What the keys have asked for since the last call.
  std::vector<Request> take_requests() { return std::exchange(requests_, {}); }

  void on_resize();

  const ViewState& state() const { return state_; }

 private:
  TableShape shape() const;
  Reaction react(const Input& input);
  void follow(const Reaction& reaction);
  void copy_row();
  void hold_latest();
  void rebuild();
  void arrange();
  void draw();

  std::unique_ptr<Screen> screen_;
  AppOptions options_;
  ViewState state_;
  // While paused, the shown frame stands still and the latest one goes on.
  Frame shown_;
  Frame latest_;
  std::shared_ptr<const Snapshot> passed_;  // the last that history knows
  std::shared_ptr<const Changes> changes_;  // with it
  Tracks tracks_;
  CgroupShapes shapes_;
  // Of shown_ and state_.
  bool stale_ = false;  // they are not made while a page lies over them
  Table rows_;          // all of the view
  Table table_;         // those that are shown, in their order
  std::vector<RowKey> keys_;
  std::vector<PageLine> page_;
  std::vector<Request> requests_;
};

}  // namespace tmpfstrace
