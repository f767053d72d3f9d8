// SPDX-License-Identifier: Apache-2.0
#include "tui/app.h"

#include <utility>

namespace tmpfstrace {

namespace {

constexpr std::pair<Key, PlaybackCommand> playback_keys[] = {
    {Key::Space, PlaybackCommand::toggle},      {key_of('t'), PlaybackCommand::step_forward},
    {key_of('T'), PlaybackCommand::step_back},  {key_of('F'), PlaybackCommand::first_refusal},
    {key_of('e'), PlaybackCommand::next_event}, {key_of('E'), PlaybackCommand::previous_event},
    {key_of('0'), PlaybackCommand::start},      {key_of('}'), PlaybackCommand::faster},
    {key_of('{'), PlaybackCommand::slower},
};

std::optional<PlaybackCommand> playback_command(Key key) {
  for (const auto& [bound, command] : playback_keys)
    if (bound == key) return command;
  return std::nullopt;
}

}  // namespace

App::App(std::unique_ptr<Screen> screen) : screen_(std::move(screen)) { draw(); }

App::Action App::on_input() {
  bool redraw = false;
  while (const std::optional<Key> key = screen_->read_key()) {
    if (const auto command = playback_command(*key); command && shown_ && shown_->playback) {
      requests_.push_back({.playback = command, .interval = {}});
      continue;
    }
    const GridSize size = screen_->size();
    const bool help = shown_ != nullptr && state_.help;
    const TableShape shape{.rows = keys_,
                           .page_rows = body_rows(shown_.get(), state_, size, screen_->charset()),
                           .columns = table_.columns.size(),
                           .default_sort = table_.default_sort,
                           .help_lines = help ? help_line_count(*shown_, size.columns, screen_->charset()) : 0};
    const Reaction reaction = apply_key(state_, *key, shape);
    if (reaction.quit) return Action::Quit;
    if (reaction.resume) {
      shown_ = latest_;
      shown_events_ = latest_events_;
    }
    // The next key of the same burst must find the rows that this one made.
    if (reaction.redraw) rebuild();
    redraw = redraw || reaction.redraw;
  }
  if (screen_->input_ended()) return Action::Quit;
  if (redraw) draw();
  return Action::None;
}

void App::show(std::shared_ptr<const Snapshot> snapshot) {
  latest_ = std::move(snapshot);
  if (!state_.paused || !shown_) {
    shown_ = latest_;
    if (shown_events_.pushed() != latest_events_.pushed()) shown_events_ = latest_events_;
    rebuild();
  }
  draw();
}

void App::show_event(const RefusalEvent& event) { latest_events_.push(event); }

void App::show_playback(const Playback& playback) {
  if (latest_ == nullptr) return;
  auto changed = std::make_shared<Snapshot>(*latest_);
  changed->playback = playback;
  show(std::move(changed));
}

void App::reset_events(std::uint64_t pushed) { latest_events_ = EventLog(most_events_shown, pushed); }

void App::on_resize() { draw(); }

void App::rebuild() {
  if (!shown_) return;
  table_ = build_table(*shown_, shown_events_, state_);
  keys_ = row_keys(table_);
  follow_selection(state_.table(), keys_, body_rows(shown_.get(), state_, screen_->size(), screen_->charset()));
}

void App::draw() {
  const GridSize size = screen_->size();
  follow_selection(state_.table(), keys_, body_rows(shown_.get(), state_, size, screen_->charset()));
  screen_->draw(draw_screen(shown_.get(), table_, state_, size, screen_->charset()));
}

}  // namespace tmpfstrace
