// SPDX-License-Identifier: Apache-2.0
// What is shown after a seek is what playing straight through shows, wherever it came from.
#include <algorithm>

#include "replay_player.h"

using namespace tmpfstrace;
using namespace tmpfstrace::test;

namespace {

const RecordingPlan eventful{.samples = 40, .refused_at = {7, 8, 20, 33}, .resized_at = {12}};

}  // namespace

TEST_CASE("a seek shows what playing straight through shows") {
  const std::string content = planned_recording(eventful);
  const std::vector<Screenful> expected = straight(content);
  REQUIRE(expected.size() == eventful.samples);
  CHECK(expected[20].files == std::vector<std::string>{"file_7", "file_8", "file_20"});
  const auto frames = GENERATE(std::size_t{1}, std::size_t{3}, std::size_t{256});
  Replay replay(content, {.kept = {.frames = frames}});
  std::uint64_t random = 1;
  for (int i = 0; i < 120; ++i) {
    random = random * 6364136223846793005 + 1442695040888963407;
    constexpr Command commands[] = {Command::step_forward, Command::step_back,      Command::next_event,
                                    Command::step_back,    Command::previous_event, Command::first_refusal,
                                    Command::step_forward, Command::step_forward,   Command::start};
    replay.settle_after(commands[(random >> 33) % std::size(commands)]);
    INFO("position " << replay.position() << " frames " << frames);
    CHECK(replay.screen() == expected[replay.position()]);
    CHECK(replay.playback().ended == (replay.position() + 1 == eventful.samples));
  }
}

TEST_CASE("all steps back through a whole recording") {
  const std::string content = planned_recording(eventful);
  const std::vector<Screenful> expected = straight(content);
  Replay replay(compressed(content), {.kept = {.frames = 5}}, ".zst");
  for (std::uint64_t i = 1; i < eventful.samples; ++i) replay.player().steer(Command::step_forward);
  replay.settle();
  REQUIRE(replay.playback().ended);
  for (std::uint64_t position = eventful.samples; position-- > 0;) {
    CHECK(replay.position() == position);
    CHECK(replay.screen() == expected[position]);
    replay.settle_after(Command::step_back);
  }
}

TEST_CASE("a seek past damage ends before it, and the outline with it") {
  std::string content = planned_recording({.samples = 20, .refused_at = {3, 15}});
  // A word of the wrong kind, where the outline does not look.
  std::size_t at = content.find("\"sequence\":10,");
  REQUIRE(at != std::string::npos);
  content.replace(at, 14, "\"sequence\":\"\",");
  const std::vector<Screenful> expected = straight(content);
  CHECK(expected.size() == 10);
  Replay replay(content);
  replay.settle();
  REQUIRE(replay.playback().outline);
  CHECK(replay.playback().outline->samples.size() == 20);
  CHECK_FALSE(replay.player().damage());
  replay.settle_after(Command::next_event);
  CHECK(replay.position() == 3);
  replay.settle_after(Command::next_event);
  CHECK(replay.position() == 9);
  CHECK(replay.screen() == expected[9]);
  CHECK(replay.playback().ended);
  CHECK(replay.playback().damage.ends_with(": sample: sequence: expected a number"));
  CHECK(replay.player().damage() == replay.path() + ": " + replay.playback().damage);
  CHECK(replay.playback().outline->samples.size() == 10);
  replay.settle_after(Command::next_event);
  CHECK(replay.position() == 9);
  replay.settle_after(Command::start);
  CHECK(replay.playback().damage.empty());
}

TEST_CASE("damage that is met before the outline is complete cuts it too") {
  std::string content = planned_recording({.samples = 20});
  content.replace(content.find("\"sequence\":2,"), 13, "\"sequence\":[],");
  Replay replay(content);
  replay.set_tick(std::chrono::milliseconds(40));
  for (int i = 0; i < 3; ++i) replay.player().steer(Command::step_forward);
  while (replay.playback().seeking) replay.work();
  CHECK(replay.playback().ended);
  CHECK(replay.playback().outline == nullptr);
  replay.set_tick(std::chrono::milliseconds(0));
  replay.settle();
  REQUIRE(replay.playback().outline);
  CHECK(replay.playback().outline->samples.size() == 2);
}

TEST_CASE("what was refused while nobody wants to know in detail") {
  Replay replay(planned_recording(eventful), {.events = false});
  replay.settle_after(Command::next_event);
  CHECK(replay.position() == 7);
  CHECK(replay.screen().files.empty());
}

TEST_CASE("more events than are kept: the latest, with the number of all") {
  RecordingPlan plan{.samples = 3};
  std::string content = encode_header({"6.12", 1}) + "\n";
  for (std::uint64_t position = 0; position < plan.samples; ++position) {
    for (int i = 0; i < 1500; ++i) {
      RefusalEvent event = planned_event(plan, position + 1);
      event.file = std::to_string(position) + "/" + std::to_string(i);
      content += encode_event(event) + "\n";
    }
    content += encode_sample(planned_sample(plan, position)) + "\n";
  }
  Replay replay(content, {.kept = {.events = 2000}});
  replay.settle_after(Command::step_forward);
  replay.settle_after(Command::step_forward);
  const Screenful last = replay.screen();
  CHECK(last.events_seen == 4500);
  REQUIRE(last.files.size() == most_events_shown);
  CHECK(last.files.front() == "2/500");
  CHECK(last.files.back() == "2/1499");
  CHECK(replay.player().steer(Command::step_back) == Player::News::frame);
  CHECK(replay.screen().files.back() == "1/1499");
  CHECK(replay.player().steer(Command::step_back) == Player::News::playback);  // no longer kept
  replay.settle();
  CHECK(replay.screen().files.front() == "0/500");
}
