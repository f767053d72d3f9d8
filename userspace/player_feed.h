// SPDX-License-Identifier: Apache-2.0
// A recording that the user of the sink steers. It stays on the screen when it is over.
#pragma once

#include "feed.h"
#include "sources/player.h"

namespace tmpfstrace {

class PlayerFeed : public Feed {
 public:
  // The player's snapshots go to the sink as long as the feed lives.
  PlayerFeed(Player& player, Sink& sink) : player_(player), sink_(sink) {
    player_.set_on_snapshot([&sink](const std::shared_ptr<const Snapshot>& snapshot) { sink.pass(snapshot); });
  }
  ~PlayerFeed() override { player_.set_on_snapshot({}); }
  PlayerFeed(const PlayerFeed&) = delete;
  PlayerFeed& operator=(const PlayerFeed&) = delete;

  std::optional<Time> due() const override { return player_.due(); }
  Result<Sink::Flow> bring(std::uint64_t most_samples) override;
  Result<Sink::Flow> follow(const SinkRequest& request) override;
  std::uint64_t samples() const override { return player_.played(); }

 private:
  Result<Sink::Flow> put(Player::News news);

  Player& player_;
  Sink& sink_;
};

}  // namespace tmpfstrace
