// SPDX-License-Identifier: Apache-2.0
// A player with a clock that the test turns.
#pragma once

#include <catch2/catch.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../support/recording_builder.h"
#include "../support/sample_builder.h"
#include "export/json.h"
#include "sources/player.h"
#include "sources/recording_format.h"

namespace tmpfstrace::test {

using Command = PlaybackCommand;

// All that a screen is made of but where the replay stands.
struct Screenful {
  std::string json;
  std::vector<std::string> files;  // of the events
  std::uint64_t events_seen = 0;
  bool operator==(const Screenful&) const = default;
};

inline Screenful screenful(const PlayedFrame& frame) {
  Screenful screen{sample_to_json(*frame.snapshot), {}, frame.events_seen};
  for (const LimitChange& change : frame.snapshot->limit_changes)
    screen.json += limit_change_to_json(change, *frame.snapshot);
  for (const auto& event : frame.events) screen.files.push_back(event->file);
  return screen;
}

class Replay {
 public:
  explicit Replay(const std::string& content, PlayerOptions options = {}, const std::string& suffix = ".ndjson")
      : file_(suffix) {
    file_.write(content);
    options.now = [this] { return now_ += tick_; };
    auto opened = Player::open(file_.path(), std::move(options));
    REQUIRE(opened);
    player_ = std::move(*opened);
    work();
  }

  Player& player() { return *player_; }
  std::string path() const { return file_.path(); }
  Playback playback() const { return player_->playback(); }
  std::uint64_t position() const { return playback().position; }
  Screenful screen() const { return screenful(player_->frame()); }

  // Every look at the clock moves it: slices end.
  void set_tick(std::chrono::milliseconds tick) { tick_ = tick; }

  Player::News work() {
    const auto news = player_->work();
    REQUIRE(news);
    return *news;
  }

  // Without a wait: what is due now.
  void settle() {
    while (player_->due() && *player_->due() <= now_) work();
  }

  void settle_after(Command command) {
    player_->steer(command);
    settle();
  }

  void pass(std::chrono::milliseconds time) { now_ += time; }

 private:
  TemporaryFile file_;
  std::chrono::steady_clock::time_point now_{std::chrono::hours(1)};
  std::chrono::milliseconds tick_{0};
  std::unique_ptr<Player> player_;
};

// What playing straight through shows at each sample.
inline std::vector<Screenful> straight(const std::string& content) {
  Replay replay(content);
  replay.settle();
  std::vector<Screenful> screens = {replay.screen()};
  while (!replay.playback().ended) {
    replay.pass(std::chrono::milliseconds(1000));
    replay.work();
    screens.push_back(replay.screen());
  }
  return screens;
}

}  // namespace tmpfstrace::test
