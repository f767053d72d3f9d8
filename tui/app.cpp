// SPDX-License-Identifier: Apache-2.0
#include "tui/app.h"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace tmpfstrace {
namespace {

// Does the table hold the same rows, in whatever order?
bool same_rows(const ViewState& a, const ViewState& b) { return a.view == b.view && a.table().tree == b.table().tree; }

// The chooser needs to know the table's columns; the other pages nothing of it.
bool hides_table(const ViewState& state) { return state.page != Page::None && state.page != Page::Columns; }

bool same_order(const ViewState& a, const ViewState& b) {
  const TableState& left = a.table();
  const TableState& right = b.table();
  return left.sort_column == right.sort_column && left.reversed == right.reversed && left.filter == right.filter &&
         left.folded == right.folded;
}

}  // namespace

App::App(std::unique_ptr<Screen> screen, AppOptions options)
    : screen_(std::move(screen)), options_(std::move(options)), state_(options_.state) {
  latest_.tracks = &tracks_;
  shown_.tracks = &tracks_;
  latest_.shapes = shown_.shapes = &shapes_;
  screen_->take_mouse(state_.mouse);
  draw();
}

TableShape App::shape() const {
  const std::size_t rows = body_rows(shown_, state_, screen_->size(), screen_->charset());
  return {.rows = keys_,
          .parents = table_.parents,
          .foldable = table_.foldable,
          .page_rows = rows,
          .columns = table_.columns,
          .default_sort = table_.default_sort,
          .page_lines = page_.size(),
          .has_text = [this](std::size_t row,
                             const std::string& text) { return has_text(row_text(table_, table_.rows[row]), text); },
          .replay = shown_.playback.has_value()};
}

Reaction App::react(const Input& input) {
  if (!input.mouse) return apply_key(state_, input.key, shape());
  const GridSize size = screen_->size();
  const Hit hit = hit_at(input.mouse->row, input.mouse->column, shown_, table_, state_, size, screen_->charset());
  return apply_mouse(state_, input.mouse->kind, hit, shape());
}

App::Action App::on_input() {
  bool redraw = false;
  while (const std::optional<Input> input = screen_->read_input()) {
    const ViewState before = state_;
    shown_.message.clear();
    const Reaction reaction = react(*input);
    if (reaction.quit) return Action::Quit;
    follow(reaction);
    // The next key of the same burst must find the rows that this one made.
    if (reaction.resume || !same_rows(before, state_) || (stale_ && !hides_table(state_)))
      rebuild();
    else if (!same_order(before, state_))
      arrange();
    if (before.mouse != state_.mouse) screen_->take_mouse(state_.mouse);
    page_ = build_page(shown_, table_, state_, screen_->size(), screen_->charset());
    redraw = redraw || reaction.redraw;
  }
  if (screen_->input_ended()) return Action::Quit;
  if (redraw) draw();
  return Action::None;
}

void App::follow(const Reaction& reaction) {
  if (reaction.resume) hold_latest();
  if (reaction.repaint) screen_->forget();
  if (reaction.copy) copy_row();
  if (reaction.playback || reaction.interval) requests_.push_back({reaction.playback, reaction.interval});
  if (reaction.interval) shown_.message = fmt::format("a sample every {} ms from now on", reaction.interval->count());
}

void App::copy_row() {
  shown_.json = options_.to_json && state_.detail && shown_.snapshot
                    ? options_.to_json(shown_, state_.view, *state_.detail)
                    : std::string();
  if (shown_.json.empty()) {
    shown_.json = "it is there no more";
  } else {
    shown_.message = screen_->copy(shown_.json)
                         ? fmt::format("{} bytes sent to the terminal's clipboard", shown_.json.size())
                         : "this terminal is not known to have a clipboard";
  }
}

void App::pass(const std::shared_ptr<const Snapshot>& snapshot) {
  if (passed_ && passed_->monotonic_ns >= snapshot->monotonic_ns) {
    latest_.notices.forget_from(snapshot->realtime_ns);
    passed_.reset();
  }
  const bool first = latest_.notices.notices().empty();
  changes_ = std::make_shared<const Changes>(tracks_.add(*snapshot, passed_.get()));
  if (passed_ || first) latest_.notices.observe(passed_.get(), *snapshot, changes_.get());
  passed_ = snapshot;
}

void App::show(std::shared_ptr<const Snapshot> snapshot) {
  // Freed once the new one is on the screen: of a large host that takes some milliseconds.
  const std::array old = {latest_.snapshot, shown_.snapshot, passed_};
  // A replay has passed it already.
  if (!passed_ || passed_->monotonic_ns < snapshot->monotonic_ns) pass(snapshot);
  // Stepping back leads to what is known of, but not to what changed then.
  latest_.changes = passed_->monotonic_ns == snapshot->monotonic_ns ? changes_ : nullptr;
  latest_.playback = snapshot->playback;
  latest_.snapshot = std::move(snapshot);
  if (!state_.paused || !shown_.snapshot) {
    hold_latest();
    rebuild();
  } else {
    const std::uint64_t now = latest_.snapshot->monotonic_ns;
    shown_.behind_ns = now - std::min(now, shown_.snapshot->monotonic_ns);
  }
  draw();
}

void App::show_event(const RefusalEvent& event) { latest_.events.push(event); }

void App::tell(Severity severity, const std::string& text) {
  latest_.notices.push(latest_.snapshot ? latest_.snapshot->realtime_ns : 0, severity, "screen", text);
}

void App::show_playback(const Playback& playback) {
  latest_.playback = playback;
  shown_.playback = playback;
  draw();
}

void App::reset_events(std::uint64_t pushed) { latest_.events = EventLog(most_events_shown, pushed); }

void App::on_resize() { draw(); }

void App::hold_latest() {
  // Rows of the table point into the frame.
  table_ = {};
  rows_ = {};
  keys_.clear();
  shown_.snapshot = latest_.snapshot;
  shown_.changes = latest_.changes;
  shown_.playback = latest_.playback;
  shown_.behind_ns.reset();
  if (!shown_.events.is_same(latest_.events)) shown_.events = latest_.events;
  shown_.notices = latest_.notices;
  // A replay may know what comes.
  if (latest_.snapshot) shown_.notices.forget_after(latest_.snapshot->realtime_ns);
}

void App::rebuild() {
  stale_ = shown_.snapshot && hides_table(state_);
  if (stale_ || !shown_.snapshot) return;
  rows_ = collect_table(shown_, state_);
  rows_.texts = std::make_shared<std::vector<std::string>>();
  arrange();
}

void App::arrange() {
  table_ = rows_;
  arrange_table(table_, state_.table());
  keys_ = row_keys(table_);
  follow_selection(state_.table(), keys_, body_rows(shown_, state_, screen_->size(), screen_->charset()));
}

void App::draw() {
  const GridSize size = screen_->size();
  if (!stale_) follow_selection(state_.table(), keys_, body_rows(shown_, state_, size, screen_->charset()));
  page_ = build_page(shown_, table_, state_, size, screen_->charset());
  screen_->draw(draw_screen(shown_, table_, page_, state_, size, screen_->charset()));
}

}  // namespace tmpfstrace
