// SPDX-License-Identifier: Apache-2.0
#include "player_feed.h"

namespace tmpfstrace {

Result<Sink::Flow> PlayerFeed::bring(std::uint64_t most_samples) {
  const Result<Player::News> news = player_.work(most_samples);
  if (!news) return tl::unexpected(news.error());
  return put(*news);
}

Result<Sink::Flow> PlayerFeed::follow(const SinkRequest& request) {
  return request.playback ? put(player_.steer(*request.playback)) : Sink::Flow::go_on;
}

Result<Sink::Flow> PlayerFeed::put(Player::News news) {
  switch (news) {
    case Player::News::frame: return sink_.put_frame(player_.frame());
    case Player::News::playback: return sink_.put_playback(player_.playback());
    case Player::News::none: break;
  }
  return Sink::Flow::go_on;
}

}  // namespace tmpfstrace
