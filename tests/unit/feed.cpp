// SPDX-License-Identifier: Apache-2.0
// From a source to a sink. These are part of the program, not of a library that the unit tests link.
#include <catch2/catch.hpp>

#include "player_feed.h"
#include "replay_player.h"
#include "sample_feed.h"

using namespace tmpfstrace;
using namespace tmpfstrace::test;
using namespace std::chrono_literals;

namespace {

class FakeSource : public SampleSource {
 public:
  Result<std::optional<Sample>> next_sample() override {
    if (samples == 0) return std::optional<Sample>();
    --samples;
    return std::optional(Sample());
  }
  Result<void> drain_events(const EventHandler& handler) override {
    for (; events > 0; --events) handler({});
    return {};
  }
  std::optional<std::chrono::milliseconds> pace() const override { return interval; }
  void set_pace(std::chrono::milliseconds pace) override { interval = pace; }

  int samples = 1000;
  int events = 0;
  std::optional<std::chrono::milliseconds> interval;
};

class FakeSink : public Sink {
 public:
  Result<Flow> put_sample(Sample) override { return ++samples, Flow::go_on; }
  Result<Flow> put_event(const RefusalEvent&) override { return ++events, flow_of_events; }
  Result<Flow> put_frame(PlayedFrame frame) override {
    shown = *frame.snapshot->playback;
    return ++frames, Flow::go_on;
  }
  Result<Flow> put_playback(const Playback& playback) override {
    shown = playback;
    return ++playbacks, Flow::go_on;
  }

  Flow flow_of_events = Flow::go_on;
  int samples = 0, events = 0, frames = 0, playbacks = 0;
  Playback shown;
};

struct Fixture {
  FakeSource source;
  FakeSink sink;
};

}  // namespace

TEST_CASE_METHOD(Fixture, "samples come on the grid of the interval, and of another one from now on") {
  source.interval = 40min;
  SampleFeed feed(source, sink, true);
  const Feed::Time start = *feed.due();
  CHECK(start <= std::chrono::steady_clock::now());
  REQUIRE(feed.bring(10));
  CHECK(sink.samples == 1);
  CHECK(*feed.due() - start == 40min);
  REQUIRE(feed.follow({.playback = {}, .interval = 10min}));
  CHECK(*feed.due() - start == 10min);
  REQUIRE(feed.follow({.playback = {}, .interval = 20min}));
  CHECK(*feed.due() - start == 20min);
  REQUIRE(feed.follow({.playback = PlaybackCommand::toggle, .interval = {}}));
  CHECK(*feed.due() - start == 20min);
  REQUIRE(feed.bring(10));
  CHECK(*feed.due() - start == 40min);
}

TEST_CASE_METHOD(Fixture, "an interval that the command line would not take is not followed") {
  source.interval = 1s;
  SampleFeed feed(source, sink, true);
  REQUIRE(feed.follow({.playback = {}, .interval = 0ms}));
  CHECK(source.interval == 100ms);
  REQUIRE(feed.follow({.playback = {}, .interval = 24h}));
  CHECK(source.interval == 1h);
}

TEST_CASE_METHOD(Fixture, "a source without a pace is always due, until it is over") {
  source.samples = 2;
  SampleFeed feed(source, sink, true);
  for (int i = 0; i < 3; ++i) {
    CHECK_FALSE(feed.is_over());
    REQUIRE(feed.due());
    REQUIRE(feed.bring(1));
  }
  CHECK(feed.is_over());
  CHECK_FALSE(feed.due());
  CHECK(feed.samples() == 2);
}

TEST_CASE_METHOD(Fixture, "events come before their sample, unless nobody wants them") {
  source.events = 3;
  SECTION("wanted") {
    SampleFeed feed(source, sink, true);
    REQUIRE(feed.bring(1));
    CHECK(sink.events == 3);
  }
  SECTION("not wanted") {
    SampleFeed feed(source, sink, false);
    REQUIRE(feed.bring(1));
    CHECK(sink.events == 0);
  }
  SECTION("a sink that has enough gets no more") {
    sink.flow_of_events = Sink::Flow::stop;
    SampleFeed feed(source, sink, true);
    CHECK(feed.bring(1) == Sink::Flow::stop);
    CHECK(sink.events == 1);
    CHECK(sink.samples == 0);
  }
}

TEST_CASE_METHOD(Fixture, "what is asked of a replay reaches its player, and the screen") {
  Replay replay(planned_recording({.samples = 20, .refused_at = {9}}));
  PlayerFeed feed(replay.player(), sink);
  REQUIRE(feed.follow({.playback = PlaybackCommand::toggle, .interval = {}}));
  CHECK(sink.playbacks == 1);
  CHECK(sink.shown.paused);
  REQUIRE(feed.follow({.playback = PlaybackCommand::next_event, .interval = {}}));
  while (feed.due()) REQUIRE(feed.bring(UINT64_MAX));
  CHECK(sink.frames == 1);
  CHECK(sink.shown.position == 9);
  CHECK_FALSE(sink.shown.seeking);
  REQUIRE(feed.follow({.playback = {}, .interval = 1s}));
  CHECK_FALSE(feed.due());
}
