// SPDX-License-Identifier: Apache-2.0
// The whole of the live view with a screen that is none.
#include <catch2/catch.hpp>

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "tui/app.h"
#include "tui_fake_screen.h"
#include "tui_samples.h"

using namespace tmpfstrace;
using namespace tmpfstrace::tui_test;
using Catch::Matchers::Contains;

namespace {

struct Fixture {
  FakeState screen;
  App app{std::make_unique<FakeScreen>(screen)};

  App::Action press(std::initializer_list<Key> keys) {
    for (const Key key : keys) screen.inputs.push_back({.key = key});
    return app.on_input();
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "before and after the first sample", "[tui][app]") {
  CHECK_THAT(screen.text(), Contains("waiting for the first sample"));
  CHECK(press({Key::Down, key_of('s'), Key::F1, Key::End, Key::Escape}) == App::Action::None);
  app.show(std::make_shared<const Snapshot>(sample_snapshot()));
  CHECK_THAT(screen.text(), Contains("/dev/shm +1"));
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
  CHECK_THAT(screen.text(), Contains("PAUSED"));
  Snapshot later = sample_snapshot();
  later.realtime_ns += second;
  app.show_event(event(0, "/pod", "late_file"));
  app.show(std::make_shared<const Snapshot>(later));
  CHECK_THAT(screen.text(), Contains("12:00:00 UTC") && !Contains("late_file"));
  press({key_of('p')});
  CHECK_THAT(screen.text(), Contains("12:00:01 UTC") && Contains("late_file") && !Contains("PAUSED"));
}

TEST_CASE_METHOD(Fixture, "the cursor stays on its object through a new snapshot", "[tui][app]") {
  app.show(std::make_shared<const Snapshot>(sample_snapshot()));
  press({Key::Down});
  CHECK_THAT(screen.text(), Contains(">  /run"));
  Snapshot later = sample_snapshot();
  later.superblocks[1].info.used_bytes = 0;
  std::reverse(later.superblocks.begin(), later.superblocks.end());
  app.show(std::make_shared<const Snapshot>(later));
  CHECK_THAT(screen.text(), Contains(">  /run"));
  press({key_of('<'), key_of('<'), key_of('r')});
  CHECK_THAT(screen.text(), Contains(">  /run"));
}

TEST_CASE_METHOD(Fixture, "keys of one burst act on what the one before made", "[tui][app]") {
  app.show(std::make_shared<const Snapshot>(sample_snapshot()));
  const int draws = screen.draws;
  press({key_of('2'), Key::End, key_of('1'), key_of('2')});
  CHECK(screen.draws == draws + 1);
  CHECK_THAT(screen.text(), Contains(">    (unattributed)"));
}

TEST_CASE_METHOD(Fixture, "a resize draws at the new size", "[tui][app]") {
  app.show(std::make_shared<const Snapshot>(sample_snapshot()));
  screen.size = {10, 60};
  app.on_resize();
  CHECK(screen.grid->rows() == 10);
  screen.size = {1, 1};
  app.on_resize();
  CHECK(press({Key::Down, Key::PageDown, Key::F1, Key::End}) == App::Action::None);
}

TEST_CASE_METHOD(Fixture, "a pause says how old the screen is", "[tui][app]") {
  app.show(std::make_shared<const Snapshot>(sample_snapshot()));
  press({key_of('Z')});
  Snapshot later = sample_snapshot();
  later.monotonic_ns += 42 * second;
  app.show(std::make_shared<const Snapshot>(later));
  CHECK_THAT(screen.text(), Contains("PAUSED, 42 s old"));
}

TEST_CASE_METHOD(Fixture, "what has gone stays for one interval, what is new is marked", "[tui][app]") {
  Snapshot snapshot = sample_snapshot();
  app.show(std::make_shared<const Snapshot>(snapshot));
  CHECK_THAT(screen.text(), Contains("   /run "));
  const SuperblockView run = snapshot.superblocks[1];
  const auto next = [&] {
    ++snapshot.sequence;
    snapshot.monotonic_ns += second;
    app.show(std::make_shared<const Snapshot>(snapshot));
  };
  snapshot.superblocks.erase(snapshot.superblocks.begin() + 1);
  next();
  CHECK_THAT(screen.text(), Contains(" x /run "));
  next();
  CHECK_THAT(screen.text(), !Contains("/run "));
  snapshot.superblocks.push_back(run);
  next();
  CHECK_THAT(screen.text(), Contains(" + /run "));
  next();
  CHECK_THAT(screen.text(), Contains("   /run "));
}

TEST_CASE_METHOD(Fixture, "a filter leaves its rows and says how many there are", "[tui][app]") {
  app.show(std::make_shared<const Snapshot>(sample_snapshot()));
  press({key_of('/'), key_of('R'), key_of('u'), key_of('n')});
  CHECK_THAT(screen.text(), Contains("show rows with: Run_") && Contains("1-1/1 of 4") && !Contains("/dev/shm"));
  press({Key::Enter});
  CHECK_THAT(screen.text(), Contains("with: Run"));
  press({key_of('!'), Key::Enter});
  CHECK_THAT(screen.text(), Contains("without: Run") && Contains("/dev/shm") && !Contains("  /run"));
  press({Key::Escape});
  CHECK_THAT(screen.text(), Contains("1-4/4") && Contains("[1 Superblocks]"));
}

TEST_CASE("a row goes to the clipboard as JSON", "[tui][app]") {
  FakeState screen;
  AppOptions options;
  options.to_json = [](const Frame&, View view, const RowKey& key) {
    return view == View::Superblocks && key.minor != 0 ? std::string("{\n  \"it\": 1\n}") : std::string();
  };
  App app(std::make_unique<FakeScreen>(screen), options);
  app.show(std::make_shared<const Snapshot>(sample_snapshot()));
  screen.inputs = {Input{.key = key_of('y')}};
  app.on_input();
  CHECK(screen.copied == "{\n  \"it\": 1\n}");
  CHECK_THAT(screen.text(), Contains("  \"it\": 1") && Contains("13 bytes sent"));
  screen.copied.clear();
  screen.inputs = {Input{.key = key_of('2')}, Input{.key = key_of('y')}};
  app.on_input();
  CHECK(screen.copied.empty());
  CHECK_THAT(screen.text(), Contains("it is there no more"));
}

TEST_CASE_METHOD(Fixture, "mouse, repaint and requests reach whom they are for", "[tui][app]") {
  CHECK(screen.mouse);
  app.show(std::make_shared<const Snapshot>(sample_snapshot()));
  press({key_of('m'), ctrl_key('l')});
  CHECK_FALSE(screen.mouse);
  CHECK(screen.forgotten == 1);
  press({key_of('d'), key_of('2'), Key::Enter});
  const std::vector<Request> requests = app.take_requests();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].interval == std::chrono::milliseconds(2000));
  CHECK_THAT(screen.text(), Contains("a sample every 2000 ms"));
  CHECK(app.take_requests().empty());
}

TEST_CASE_METHOD(Fixture, "the mouse finds rows, titles and views", "[tui][app]") {
  app.show(std::make_shared<const Snapshot>(sample_snapshot()));
  const auto click = [&](int row, int column) {
    screen.inputs = {Input{.key = Key::None, .mouse = MouseEvent{MouseEvent::Kind::Click, row, column}}};
    app.on_input();
  };
  click(5, 20);
  CHECK_THAT(screen.text(), Contains(">  /run"));
  click(3, 5);
  CHECK_THAT(screen.text(), Contains("MOUNT^"));
  click(23, 18);
  CHECK_THAT(screen.text(), Contains("[2 Cgroups]"));
  click(22, 0);  // below the last row
  click(0, 0);
  CHECK_THAT(screen.text(), Contains("[2 Cgroups]"));
}
