// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "host/unique_fd.h"
#include "replay_player.h"

using namespace tmpfstrace;
using namespace tmpfstrace::test;
using namespace std::chrono_literals;

namespace {

const RecordingPlan eventful{.samples = 40, .refused_at = {7, 8, 20, 33}, .resized_at = {12}};

}  // namespace

TEST_CASE("a player keeps the recorded pace") {
  Replay replay(planned_recording({.samples = 3}));
  replay.settle();
  CHECK(replay.position() == 0);
  CHECK_FALSE(replay.playback().ended);
  replay.pass(999ms);
  CHECK(replay.work() == Player::News::none);
  replay.pass(1ms);
  CHECK(replay.work() == Player::News::frame);
  CHECK(replay.position() == 1);
  replay.pass(1000ms);
  replay.work();
  CHECK(replay.playback().ended);
  CHECK(replay.playback().damage.empty());
  CHECK_FALSE(replay.player().due());
  CHECK(replay.player().played() == 3);
}

TEST_CASE("a pace that stands still or sleeps for a night") {
  const auto paced = [](std::vector<std::uint64_t> times_ms) {
    std::string text = encode_header({"6.12", 1}) + "\n";
    for (const std::uint64_t time : times_ms) text += encode_sample(sample_at(time * 1'000'000)) + "\n";
    return text;
  };
  Replay replay(paced({1000, 2000, 2000, 50'000'000, 50'000'001}), {.speed = 4});
  replay.settle();
  replay.pass(250ms);
  replay.work();
  CHECK(replay.position() == 2);
  replay.pass(1h - 1ms);
  CHECK(replay.work() == Player::News::none);
  replay.pass(1ms);
  replay.work();
  CHECK(replay.position() == 3);
}

TEST_CASE("at a speed beyond what can be drawn samples are analysed and not shown") {
  Replay replay(planned_recording({.samples = 100}), {.speed = 1000});
  replay.settle();
  replay.pass(20ms);
  CHECK(replay.work() == Player::News::frame);
  CHECK(replay.position() == 20);
  CHECK(replay.player().played() == 21);
}

TEST_CASE("no more samples are played than were asked for") {
  Replay replay(planned_recording({.samples = 100}), {.speed = 1000});
  replay.settle();
  replay.pass(20ms);
  REQUIRE(replay.player().work(3));
  CHECK(replay.position() == 3);
}

TEST_CASE("a pause holds a replay, and steps go on from there") {
  Replay replay(planned_recording(eventful));
  replay.settle_after(Command::toggle);
  CHECK(replay.playback().paused);
  replay.pass(10s);
  CHECK_FALSE(replay.player().due());
  replay.settle_after(Command::step_forward);
  replay.settle_after(Command::step_forward);
  CHECK(replay.position() == 2);
  CHECK(replay.player().steer(Command::step_back) == Player::News::frame);
  CHECK(replay.position() == 1);
  replay.settle_after(Command::toggle);
  CHECK_FALSE(replay.playback().paused);
  CHECK(replay.position() == 1);
  replay.pass(1000ms);
  replay.work();
  CHECK(replay.position() == 2);
}

TEST_CASE("steps at either end go nowhere") {
  Replay replay(planned_recording({.samples = 2}));
  replay.settle_after(Command::step_back);
  CHECK(replay.position() == 0);
  CHECK(replay.playback().paused);
  for (int i = 0; i < 3; ++i) replay.settle_after(Command::step_forward);
  CHECK(replay.position() == 1);
  CHECK(replay.playback().ended);
  replay.settle_after(Command::start);
  CHECK(replay.position() == 0);
  CHECK_FALSE(replay.playback().ended);
}

TEST_CASE("a recording of one sample has nowhere to go") {
  Replay replay(planned_recording({.samples = 1}));
  replay.settle();
  for (const Command command : {Command::step_forward, Command::step_back, Command::next_event, Command::start,
                                Command::previous_event, Command::first_refusal, Command::toggle, Command::faster}) {
    replay.settle_after(command);
    CHECK(replay.position() == 0);
    CHECK(replay.playback().ended);
    CHECK_FALSE(replay.playback().seeking);
  }
}

TEST_CASE("steps that are asked for at once add up") {
  Replay replay(planned_recording(eventful));
  for (int i = 0; i < 5; ++i) replay.player().steer(Command::step_forward);
  replay.settle();
  CHECK(replay.position() == 5);
}

TEST_CASE("the speed is doubled and halved within its limits") {
  Replay replay(planned_recording(eventful), {.speed = 3});
  replay.settle_after(Command::faster);
  CHECK(replay.playback().speed == 6);
  for (int i = 0; i < 20; ++i) replay.settle_after(Command::faster);
  CHECK(replay.playback().speed == 3072);
  for (int i = 0; i < 40; ++i) replay.player().steer(Command::slower);
  CHECK(replay.playback().speed == 3.0 / 128);
  Replay beyond(planned_recording(eventful), {.speed = 10'000});
  beyond.player().steer(Command::faster);
  CHECK(beyond.playback().speed == 10'000);
  beyond.player().steer(Command::slower);
  CHECK(beyond.playback().speed == 5'000);
}

TEST_CASE("another speed holds for the sample that is waited for") {
  Replay replay(planned_recording(eventful));
  replay.settle();
  replay.pass(600ms);
  CHECK(replay.work() == Player::News::none);
  replay.player().steer(Command::faster);
  CHECK(replay.work() == Player::News::frame);
}

TEST_CASE("events and refusals are found") {
  Replay replay(planned_recording(eventful));
  replay.settle();
  const auto all = [&](Command command) {
    std::vector<std::uint64_t> positions;
    for (std::uint64_t before = replay.position();; before = positions.back()) {
      replay.settle_after(command);
      if (replay.position() == before) return positions;
      positions.push_back(replay.position());
    }
  };
  CHECK(all(Command::next_event) == std::vector<std::uint64_t>{7, 8, 12, 20, 33});
  CHECK(all(Command::previous_event) == std::vector<std::uint64_t>{20, 12, 8, 7});
  replay.settle_after(Command::first_refusal);
  CHECK(replay.position() == 7);
  CHECK(replay.playback().paused);
}

TEST_CASE("an event is looked for before the outline is known") {
  Replay replay(planned_recording(eventful));
  replay.set_tick(40ms);
  CHECK(replay.playback().outline == nullptr);
  replay.player().steer(Command::next_event);
  CHECK(replay.playback().seeking == 0.0);
  for (int i = 0; i < 200 && replay.playback().seeking; ++i) replay.work();
  CHECK(replay.position() == 7);
  Replay quiet(planned_recording({.samples = 5}));
  quiet.settle_after(Command::next_event);
  CHECK(quiet.position() == 0);
  CHECK_FALSE(quiet.playback().paused);
}

TEST_CASE("a way to a sample is done in slices, and can be stopped") {
  Replay replay(planned_recording({.samples = 40, .refused_at = {30}}));
  replay.settle();
  replay.set_tick(40ms);
  replay.player().steer(Command::next_event);
  int reports = 0;
  double progress = 0;
  while (replay.playback().seeking.value_or(1) < 0.5) {
    if (replay.work() == Player::News::playback) ++reports;
    CHECK(replay.position() == 0);
    CHECK(replay.playback().seeking.value_or(0) >= progress);
    progress = replay.playback().seeking.value_or(0);
  }
  CHECK(reports > 2);
  CHECK(replay.player().steer(Command::toggle) == Player::News::frame);
  CHECK(replay.position() > 10);
  CHECK(replay.position() < 30);
  CHECK_FALSE(replay.player().due());
}

TEST_CASE("a way that has not begun can be stopped") {
  Replay replay(planned_recording({.samples = 40, .refused_at = {30}}), {.kept = {.frames = 4}});
  replay.settle();
  replay.set_tick(40ms);
  replay.player().steer(Command::next_event);
  for (int i = 0; i < 8; ++i) replay.work();
  CHECK(replay.player().steer(Command::start) == Player::News::playback);
  replay.player().steer(Command::toggle);
  CHECK(replay.position() > 0);
  CHECK_FALSE(replay.playback().seeking);
  replay.set_tick(0ms);
  replay.settle_after(Command::start);
  CHECK(replay.position() == 0);
}

TEST_CASE("what comes through a pipe is played, and gone back in as far as it is kept") {
  // It cannot be opened twice: what one reader takes the other never sees.
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const UniqueFd reading(ends[0]);
  {
    const UniqueFd writing(ends[1]);
    const std::string content = planned_recording({.samples = 10, .refused_at = {8}});
    REQUIRE(::write(writing.get(), content.data(), content.size()) == static_cast<ssize_t>(content.size()));
  }
  const auto opened = Player::open("/dev/fd/" + std::to_string(reading.get()), {.kept = {.frames = 3}});
  REQUIRE(opened);
  Player& player = **opened;
  const auto position_after = [&](Command command) {
    player.steer(command);
    while (player.playback().seeking) REQUIRE(player.work());
    return player.playback().position;
  };
  REQUIRE(player.work());
  CHECK(player.playback().outline == nullptr);
  CHECK_FALSE(player.playback().reading);
  for (std::uint64_t position = 1; position < 10; ++position) CHECK(position_after(Command::step_forward) == position);
  CHECK(player.playback().ended);
  CHECK(position_after(Command::step_back) == 8);
  CHECK(position_after(Command::step_back) == 7);
  CHECK(position_after(Command::step_back) == 7);
  CHECK(position_after(Command::start) == 7);
  CHECK(position_after(Command::previous_event) == 7);
  CHECK(position_after(Command::step_forward) == 8);
}
