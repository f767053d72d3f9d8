// SPDX-License-Identifier: Apache-2.0
// From the recording to the screen: after any way there, the screen of a sample is the one of playing straight through.
#include <catch2/catch.hpp>

#include <deque>
#include <string>
#include <vector>

#include "player_feed.h"
#include "replay_player.h"
#include "top_sink.h"
#include "tui_fake_screen.h"

using namespace tmpfstrace;
using namespace tmpfstrace::test;
using namespace tmpfstrace::tui_test;
using Catch::Matchers::Contains;

namespace {

// Everything but the terminal and the loop.
class Top {
 public:
  explicit Top(const std::string& content, PlayerOptions options = {}) : replay(content, std::move(options)) {
    REQUIRE(sink.put_frame(replay.player().frame()));
    steer(PlaybackCommand::toggle);  // paused: nothing is due by itself
    press('3');                      // the events
  }

  void press(char key) {
    screen.inputs = {Input{.key = key_of(key)}};
    REQUIRE(sink.on_input());
    for (const SinkRequest& request : sink.take_requests()) REQUIRE(feed.follow(request));
    settle();
  }

  void steer(PlaybackCommand command) {
    REQUIRE(feed.follow({.playback = command, .interval = {}}));
    settle();
  }

  void settle() {
    while (feed.due()) REQUIRE(feed.bring(UINT64_MAX));
  }

  FakeState screen{.size = {24, 120}};
  TopSink sink{std::make_unique<App>(std::make_unique<FakeScreen>(screen)), VerdictThresholds()};
  Replay replay;
  PlayerFeed feed{replay.player(), sink};
};

std::string eventful() {
  RecordingPlan plan{.samples = 30};
  std::string content = encode_header({"6.12", 1}) + "\n";
  for (std::uint64_t position = 0; position < plan.samples; ++position) {
    // More in all than are kept.
    for (int i = 0; position % 5 == 4 && i < 400; ++i) content += encode_event(planned_event(plan, position)) + "\n";
    content += encode_sample(planned_sample(plan, position)) + "\n";
  }
  return content;
}

}  // namespace

TEST_CASE("the screen after a seek is the one of playing straight through", "[tui]") {
  const std::string content = eventful();
  std::vector<std::string> expected;
  Top straight(content);
  for (expected.push_back(straight.screen.text()); !straight.replay.playback().ended;) {
    straight.steer(PlaybackCommand::step_forward);
    expected.push_back(straight.screen.text());
  }
  REQUIRE(expected.size() == 30);
  CHECK_THAT(expected[29], Contains("file_29"));
  Top top(content, {.kept = {.frames = 6}});
  std::uint64_t random = 7;
  for (int i = 0; i < 60; ++i) {
    random = random * 6364136223846793005 + 1442695040888963407;
    constexpr PlaybackCommand commands[] = {PlaybackCommand::step_back,      PlaybackCommand::next_event,
                                            PlaybackCommand::previous_event, PlaybackCommand::step_forward,
                                            PlaybackCommand::next_event,     PlaybackCommand::start};
    top.steer(commands[(random >> 33) % std::size(commands)]);
    INFO("position " << top.replay.position());
    CHECK(top.screen.text() == expected[top.replay.position()]);
  }
}

TEST_CASE("a seek draws its progress and nothing of what lies between", "[tui]") {
  Top top(planned_recording({.samples = 200, .refused_at = {190}}));
  const int draws = top.screen.draws;
  top.steer(PlaybackCommand::next_event);
  CHECK(top.replay.position() == 190);
  CHECK(top.screen.draws - draws <= 2);
  CHECK_THAT(top.screen.text(), Contains("file_190"));
}
