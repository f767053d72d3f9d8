// SPDX-License-Identifier: Apache-2.0
#include "sources/player.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace tmpfstrace {
namespace {

// A gap in a recording (a host that slept) is not sat out for longer than this.
constexpr std::chrono::nanoseconds longest_pause = std::chrono::hours(1);
// What was missed is not caught up with when it is longer ago.
constexpr std::chrono::milliseconds longest_delay{250};

std::chrono::nanoseconds at_speed(std::uint64_t gap_ns, double speed) {
  const double longest = static_cast<double>(longest_pause.count());
  return std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(static_cast<double>(gap_ns) / speed, longest)));
}

}  // namespace

Player::Player(std::string path, RecordingReader reader, PlayerOptions options)
    : path_(std::move(path)),
      options_(std::move(options)),
      reader_(std::move(reader)),
      analyst_(options_.thresholds),
      kept_(options_.kept),
      speed_(options_.speed) {}

Result<std::unique_ptr<Player>> Player::open(const std::string& path, PlayerOptions options) {
  Result<RecordingReader> reader = RecordingReader::open(path);
  if (!reader) return tl::unexpected(reader.error());
  std::unique_ptr<Player> player(new Player(path, std::move(*reader), std::move(options)));
  player->ahead_ = player->reader_.next();
  // Nothing to play: said before a screen is taken for it.
  if (!player->ahead_.sample) {
    if (!player->reader_.damage().empty()) return fail(path + ": " + player->reader_.damage(), "", EBADMSG);
    return fail(path + ": the recording has no sample");
  }
  player->begin_ns_ = player->ahead_.sample->realtime_ns;
  if (player->reader_.is_regular_file()) {
    Result<RecordingOutliner> outliner = RecordingOutliner::open(path);
    if (!outliner) return tl::unexpected(outliner.error());
    player->outliner_ = std::move(*outliner);
  }
  return player;
}

Result<Player::News> Player::work(std::uint64_t most_samples) {
  if (!current_) {
    take_sample();
    ++played_;
    return show(0);
  }
  if (seek_) return seek();
  const auto at = next_sample_at();
  const bool is_due = at && *at <= options_.now();
  // Where samples come faster than they can be played the outline has its turns all the same.
  if (outliner_ && (wanted_ || !is_due || outline_has_turn_)) return read_outline();
  return is_due ? play(most_samples) : News::none;
}

std::optional<Player::Time> Player::due() const {
  if (!current_ || seek_ || outliner_) return Time::min();
  return next_sample_at();
}

void Player::take_sample() {
  Step step = std::exchange(ahead_, {});
  ahead_ = reader_.next();
  if (!ahead_.sample) end_after(kept_.end() + 1);
  if (!options_.events) step.events.clear();
  for (const RefusalEvent& event : step.events) analyst_.add(event);
  step.sample->playback = playback_at(kept_.end());
  std::shared_ptr<const Snapshot> snapshot = analyst_.add(std::move(*step.sample));
  if (options_.on_snapshot) options_.on_snapshot(snapshot);
  kept_.add(std::move(step.events), std::move(snapshot));
}

// The outline may have passed over what is broken.
void Player::end_after(std::uint64_t samples) {
  sound_samples_ = samples;
  damage_ = reader_.damage();
  if (outline_ == nullptr || outline_->samples.size() <= samples) return;
  RecordingOutline sound = *outline_;
  sound.samples.resize(samples);
  outline_ = std::make_shared<const RecordingOutline>(std::move(sound));
}

// From the sample that is shown to the next one; absent: it is the last.
std::optional<std::chrono::nanoseconds> Player::gap() const {
  std::uint64_t next_ns = 0;
  if (kept_.has(shown_ + 1)) {
    next_ns = kept_.snapshot(shown_ + 1).monotonic_ns;
  } else if (ahead_.sample) {
    next_ns = ahead_.sample->monotonic_ns;
  } else {
    return std::nullopt;
  }
  const std::uint64_t now_ns = kept_.snapshot(shown_).monotonic_ns;
  return at_speed(next_ns > now_ns ? next_ns - now_ns : 0, speed_);
}

std::optional<Player::Time> Player::next_sample_at() const {
  if (paused_) return std::nullopt;
  const auto wait = gap();
  return wait ? std::optional(shown_at_ + *wait) : std::nullopt;
}

// All that is due, of which only the last is shown: at a high speed more come than can be drawn.
Player::News Player::play(std::uint64_t most_samples) {
  const Time now = options_.now();
  outline_has_turn_ = true;
  for (auto at = next_sample_at(); at && *at <= now && most_samples > 0; at = next_sample_at()) {
    if (!kept_.has(shown_ + 1)) take_sample();
    ++shown_;
    ++played_;
    --most_samples;
    shown_at_ = now - *at > longest_delay ? now : *at;
    if (is_slice_over(now)) break;
  }
  current_ = kept_.frame(shown_);
  return News::frame;
}

Player::News Player::show(std::uint64_t position) {
  shown_ = position;
  shown_at_ = options_.now();
  current_ = kept_.frame(position);
  return News::frame;
}

PlayedFrame Player::frame() const {
  PlayedFrame frame = *current_;
  if (Playback now = playback(); frame.snapshot->playback != now) {
    auto snapshot = std::make_shared<Snapshot>(*frame.snapshot);
    snapshot->playback = std::move(now);
    frame.snapshot = std::move(snapshot);
  }
  return frame;
}

Playback Player::playback() const {
  Playback playback = playback_at(shown_);
  if (wanted_) playback.seeking = 0;
  if (seek_) {
    const std::uint64_t taken = must_restart_ ? 0 : kept_.end() - seek_->from;
    playback.seeking = static_cast<double>(taken) / static_cast<double>(seek_->target + 1 - seek_->from);
  }
  return playback;
}

Playback Player::playback_at(std::uint64_t position) const {
  Playback playback;
  playback.ended = is_last(position);
  if (playback.ended) playback.damage = damage_;
  playback.paused = paused_;
  playback.speed = speed_;
  playback.position = position;
  playback.begin_ns = begin_ns_;
  if (outline_ != nullptr) playback.end_ns = outline_->samples.back().realtime_ns;
  playback.outline = outline_;
  if (outliner_) playback.reading = outliner_->progress();
  return playback;
}

std::optional<std::string> Player::damage() const {
  return damage_.empty() ? std::nullopt : std::optional(path_ + ": " + damage_);
}

}  // namespace tmpfstrace
