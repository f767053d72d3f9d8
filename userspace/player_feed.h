// SPDX-License-Identifier: Apache-2.0
// A recording that the user of the sink steers. It stays on the screen when it is over.
#pragma once

#include "feed.h"
#include "sources/player.h"

namespace tmpfstrace {

class PlayerFeed : public Feed {
 public:
  PlayerFeed(Player& player, Sink& sink) : player_(player), sink_(sink) {}

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
