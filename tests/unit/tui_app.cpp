// SPDX-License-Identifier: Apache-2.0
// The whole of the live view with a screen that is none.
#include <catch2/catch.hpp>

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "tui/app.h"
#include "tui_samples.h"

using namespace tmpfstrace;
using namespace tmpfstrace::tui_test;
using Catch::Matchers::Contains;

namespace {

struct FakeState {
  GridSize size{24, 80};
  std::deque<Key> keys;
  bool ended = false;
  std::string text;
  int draws = 0;
};

class FakeScreen : public Screen {
 public:
  explicit FakeScreen(FakeState& state) : state_(state) {}
  GridSize size() override { return state_.size; }
  Charset charset() const override { return Charset::Utf8; }
  int input_fd() const override { return -1; }
  bool input_ended() const override { return state_.ended; }
  std::optional<Key> read_key() override {
    if (state_.keys.empty()) return std::nullopt;
    const Key key = state_.keys.front();
    state_.keys.pop_front();
    return key;
  }
  void draw(const Grid& grid) override {
    ++state_.draws;
    state_.text.clear();
    for (int row = 0; row < grid.rows(); ++row) state_.text += grid.row_text(row) + "\n";
  }

 private:
  FakeState& state_;
};

struct Fixture {
  FakeState screen;
  App app{std::make_unique<FakeScreen>(screen)};

  App::Action press(std::initializer_list<Key> keys) {
    screen.keys.assign(keys);
    return app.on_input();
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "before and after the first sample", "[tui][app]") {
  CHECK_THAT(screen.text, Contains("waiting for the first sample"));
  CHECK(press({Key::Down, key_of('s'), Key::F1, Key::End, Key::Escape}) == App::Action::None);
  app.show(std::make_shared<const Snapshot>(sample_snapshot()));
  CHECK_THAT(screen.text, Contains("/dev/shm +1"));
}

TEST_CASE_METHOD(Fixture, "quit, and a terminal that went away", "[tui][app]") {
  CHECK(press({key_of('q')}) == App::Action::Quit);
  CHECK(press({}) == App::Action::None);
  screen.ended = true;
  CHECK(press({}) == App::Action::Quit);
}

TEST_CASE_METHOD(Fixture, "a pause holds snapshot and events, resuming shows the latest", "[tui][app]") {
  app.show(std::make_shared<const Snapshot>(sample_snapshot()));
  press({key_of('3'), key_of('p')});
  CHECK_THAT(screen.text, Contains("PAUSED"));
  Snapshot later = sample_snapshot();
  later.realtime_ns += second;
  app.show_event(event(0, "/pod", "late_file"));
  app.show(std::make_shared<const Snapshot>(later));
  CHECK_THAT(screen.text, Contains("12:00:00 UTC") && !Contains("late_file"));
  press({key_of('p')});
  CHECK_THAT(screen.text, Contains("12:00:01 UTC") && Contains("late_file") && !Contains("PAUSED"));
}

TEST_CASE_METHOD(Fixture, "the cursor stays on its object through a new snapshot", "[tui][app]") {
  app.show(std::make_shared<const Snapshot>(sample_snapshot()));
  press({Key::Down});
  CHECK_THAT(screen.text, Contains(">  /run"));
  Snapshot later = sample_snapshot();
  later.superblocks[1].info.used_bytes = 0;
  std::reverse(later.superblocks.begin(), later.superblocks.end());
  app.show(std::make_shared<const Snapshot>(later));
  CHECK_THAT(screen.text, Contains(">  /run"));
  press({key_of('<'), key_of('<'), key_of('r')});
  CHECK_THAT(screen.text, Contains(">  /run"));
}

TEST_CASE_METHOD(Fixture, "keys of one burst act on what the one before made", "[tui][app]") {
  app.show(std::make_shared<const Snapshot>(sample_snapshot()));
  const int draws = screen.draws;
  press({key_of('2'), Key::End, key_of('1'), key_of('2')});
  CHECK(screen.draws == draws + 1);
  CHECK_THAT(screen.text, Contains(">  (unattributed)"));
}

TEST_CASE_METHOD(Fixture, "a resize draws at the new size", "[tui][app]") {
  app.show(std::make_shared<const Snapshot>(sample_snapshot()));
  screen.size = {10, 60};
  app.on_resize();
  CHECK(std::count(screen.text.begin(), screen.text.end(), '\n') == 10);
  screen.size = {1, 1};
  app.on_resize();
  CHECK(press({Key::Down, Key::PageDown, Key::F1, Key::End}) == App::Action::None);
}
