// SPDX-License-Identifier: Apache-2.0
// The incident as it was recorded in a guest, on the screen: every view at three sizes, played to its end.
#include <catch2/catch.hpp>

#include <memory>
#include <string>

#include "../support/sample_builder.h"
#include "player_feed.h"
#include "top_sink.h"
#include "tui_fake_screen.h"
#include "tui_golden.h"

using namespace tmpfstrace;
using namespace tmpfstrace::tui_test;

namespace {

// All of `top` but the terminal and the loop, on a clock that makes every sample due.
struct Top {
  FakeState shown;
  std::chrono::steady_clock::time_point now{std::chrono::hours(1)};
  std::unique_ptr<Player> player;
  TopSink sink{std::make_unique<App>(std::make_unique<FakeScreen>(shown)), VerdictThresholds()};
  std::unique_ptr<PlayerFeed> feed;

  explicit Top(const std::string& recording) {
    PlayerOptions options;
    options.now = [this] { return now += std::chrono::seconds(2); };
    auto opened = Player::open(recording, std::move(options));
    REQUIRE(opened);
    player = std::move(*opened);
    feed = std::make_unique<PlayerFeed>(*player, sink);
    while (feed->due()) REQUIRE(feed->bring(1));
  }

  void press(Key key) {
    shown.inputs = {Input{.key = key}};
    REQUIRE(sink.on_input());
  }
};

}  // namespace

TEST_CASE("golden screens of the recorded incident", "[tui][view]") {
  Top top(test::fixture_path("recordings/incident.zst"));
  constexpr const char* names[view_count] = {"superblocks", "cgroups", "events", "files", "processes", "log"};
  for (const GridSize size : {GridSize{15, 60}, GridSize{24, 80}, GridSize{50, 160}}) {
    top.shown.size = size;
    top.sink.on_resize();
    for (std::size_t view = 0; view < view_count; ++view) {
      top.press(key_of(static_cast<char>('1' + view)));
      const std::string name =
          std::string("incident_") + names[view] + "_" + std::to_string(size.columns) + "x" + std::to_string(size.rows);
      INFO(name);
      REQUIRE(top.shown.grid);
      CHECK(render(*top.shown.grid) == read_golden(name));
    }
    top.press(key_of('1'));
    top.press(Key::Home);
    top.press(Key::Enter);
    const std::string name = "incident_detail_" + std::to_string(size.columns) + "x" + std::to_string(size.rows);
    INFO(name);
    CHECK(render(*top.shown.grid) == read_golden(name));
    top.press(Key::Escape);
  }
}
