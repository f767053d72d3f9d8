// SPDX-License-Identifier: Apache-2.0
// What is asked of a player, and the way to another sample.
#include <algorithm>
#include <utility>

#include "sources/player.h"

namespace tmpfstrace {
namespace {

constexpr std::chrono::milliseconds report_every{100};

std::optional<std::size_t> look_up(const RecordingOutline& outline, PlaybackCommand command, std::size_t from) {
  switch (command) {
    case PlaybackCommand::next_event: return outline.next_event(from);
    case PlaybackCommand::previous_event: return outline.previous_event(from);
    default: return outline.first_refusal();
  }
}

}  // namespace

Player::News Player::steer(PlaybackCommand command) {
  if (!current_) return News::none;
  const std::uint64_t from = heading();
  switch (command) {
    case PlaybackCommand::toggle: return toggle();
    case PlaybackCommand::faster: return change_speed(2);
    case PlaybackCommand::slower: return change_speed(0.5);
    case PlaybackCommand::start: return go_to(0);
    case PlaybackCommand::step_forward: return step_to(from + 1);
    case PlaybackCommand::step_back: return step_to(from - std::min<std::uint64_t>(from, 1));
    default: return find(command);
  }
}

// On the way to another sample: stops where it has come to.
Player::News Player::toggle() {
  if (wanted_) {
    wanted_.reset();
    return News::playback;
  }
  if (!seek_) {
    paused_ = !paused_;
    shown_at_ = options_.now();
    return News::playback;
  }
  paused_ = true;
  seek_.reset();
  return std::exchange(must_restart_, false) && kept_.has(shown_) ? News::playback : show(kept_.end() - 1);
}

Player::News Player::change_speed(double factor) {
  const double speed = speed_ * factor;
  // One that was asked for on the command line may lie beyond.
  if (factor > 1 ? speed <= fastest_playback : speed >= slowest_playback) speed_ = speed;
  return News::playback;
}

Player::News Player::step_to(std::uint64_t target) {
  paused_ = true;
  wanted_.reset();
  return target == heading() || is_last(target - std::min<std::uint64_t>(target, 1)) ? News::playback : go_to(target);
}

Player::News Player::find(PlaybackCommand command) {
  wanted_.reset();
  const RecordingOutline* outline = outliner_ ? &outliner_->outline() : outline_.get();
  if (outline == nullptr) return News::none;
  const bool reaches = outline->samples.size() > heading();
  const auto target = reaches ? look_up(*outline, command, heading()) : std::nullopt;
  if (target && (!sound_samples_ || *target < *sound_samples_)) {
    paused_ = true;
    return go_to(*target);
  }
  if (outliner_) wanted_ = command;
  return News::playback;
}

Player::News Player::go_to(std::uint64_t target) {
  wanted_.reset();
  const bool back = target < kept_.end();
  if (kept_.has(target)) {
    seek_.reset();
    must_restart_ = false;
    return show(target);
  }
  if (back && !reader_.is_regular_file()) return News::playback;
  must_restart_ = back;
  seek_ = Seek{target, back ? 0 : kept_.end()};
  reported_at_ = options_.now();
  return News::playback;
}

Result<Player::News> Player::seek() {
  if (must_restart_)
    if (Result<void> begun = restart(); !begun) return tl::unexpected(begun.error());
  const Time begin = options_.now();
  while (kept_.end() <= seek_->target && ahead_.sample) {
    take_sample();
    if (is_slice_over(begin)) break;
  }
  if (kept_.end() <= seek_->target && ahead_.sample) return report();
  const std::uint64_t arrived = std::min(seek_->target, kept_.end() - 1);
  seek_.reset();
  return show(arrived);
}

// What an Analyst remembers cannot be taken back.
Result<void> Player::restart() {
  Result<RecordingReader> reader = RecordingReader::open(path_);
  if (!reader) return tl::unexpected(reader.error());
  reader_ = std::move(*reader);
  ahead_ = reader_.next();
  if (!ahead_.sample) return fail(path_ + ": the recording has no sample any more");
  analyst_ = Analyst(options_.thresholds);
  kept_ = KeptFrames(options_.kept);
  must_restart_ = false;
  sound_samples_.reset();  // the file may have grown
  return {};
}

Player::News Player::read_outline() {
  const Time begin = options_.now();
  outline_has_turn_ = false;
  const bool complete = outliner_->read([&] { return is_slice_over(begin); });
  if (complete) {
    RecordingOutline outline = outliner_->outline();
    outliner_.reset();
    if (sound_samples_ && outline.samples.size() > *sound_samples_) outline.samples.resize(*sound_samples_);
    if (!outline.samples.empty()) outline_ = std::make_shared<const RecordingOutline>(std::move(outline));
  }
  const News found = wanted_ ? find(*wanted_) : News::none;
  if (found == News::frame) return found;
  return complete ? News::playback : report();
}

// The way is drawn, but not at every step.
Player::News Player::report() {
  const Time now = options_.now();
  if (now - reported_at_ < report_every) return News::none;
  reported_at_ = now;
  return News::playback;
}

}  // namespace tmpfstrace
