// SPDX-License-Identifier: Apache-2.0
#include "tui/view_state.h"

#include <algorithm>

#include "tui/selection.h"

namespace tmpfstrace {
namespace {

void change_view(ViewState& state, View view) {
  state.view = view;
  state.page = Page::None;
}

View neighbour(View view, std::size_t step) {
  return static_cast<View>((static_cast<std::size_t>(view) + step) % view_count);
}

void open_page(ViewState& state, Page page) {
  state.page = state.page == page ? Page::None : page;
  state.page_line = 0;
}

void scroll_page(ViewState& state, Command command, const TableShape& shape) {
  const std::size_t scrollable = shape.page_lines - std::min(shape.page_lines, shape.page_rows);
  state.page_line = moved(command, std::min(state.page_line, scrollable), shape.page_rows, scrollable + 1);
}

// ---- the order -------------------------------------------------------------------------------------------------

void change_sort(TableState& table, bool forward, const TableShape& shape) {
  const std::size_t count = shape.columns.size();
  if (count == 0) return;
  const std::size_t now = std::min(table.sort_column.value_or(shape.default_sort), count - 1);
  for (std::size_t step = 1; step <= count; ++step) {
    const std::size_t next = (now + (forward ? step : count - step)) % count;
    if (!is_shown(shape.columns[next], table)) continue;
    table.sort_column = next;
    table.reversed = false;
    return;
  }
}

void sort_by(TableState& table, SortKey key, const TableShape& shape) {
  for (std::size_t i = 0; i < shape.columns.size(); ++i) {
    if (shape.columns[i].sort_key != key) continue;
    table.reversed = table.sort_column == i && !table.reversed;  // the same key again turns the order round
    table.sort_column = i;
    return;
  }
}

// ---- the tree --------------------------------------------------------------------------------------------------

void fold(TableState& table, Command command, const TableShape& shape) {
  if (shape.parents.empty()) return;
  follow_selection(table, shape.rows, shape.page_rows);
  if (command == Command::FoldAll) {
    const bool all = table.folded.empty();
    table.folded.clear();
    if (all) table.folded.insert(shape.foldable.begin(), shape.foldable.end());
    return;
  }
  if (table.selected_row >= shape.rows.size()) return;
  const RowKey key = shape.rows[table.selected_row];
  const bool has_children = std::find(shape.foldable.begin(), shape.foldable.end(), key) != shape.foldable.end();
  if (command == Command::Unfold) {
    table.folded.erase(key);
    return;
  }
  const RowKey folded = has_children && !table.folded.contains(key) ? key : shape.parents[table.selected_row];
  const bool can = std::find(shape.foldable.begin(), shape.foldable.end(), folded) != shape.foldable.end();
  if (!can) return;
  table.folded.insert(folded);
  table.selected = folded;
}

// ---- prompts ---------------------------------------------------------------------------------------------------

void open_prompt(ViewState& state, Prompt kind) {
  const TableState& table = state.table();
  std::string text;
  if (kind == Prompt::Filter || kind == Prompt::FilterOut) text = table.filter.pattern;
  if (kind == Prompt::Search) text = table.search;
  state.prompt = {.kind = kind, .text = text, .before = text, .before_out = table.filter.out, .bad = false};
}

// A filter works while it is being typed.
Reaction type(ViewState& state, Key key, const TableShape& shape) {
  PromptState& prompt = state.prompt;
  TableState& table = state.table();
  const PromptEnd end = edit_prompt(prompt, key);
  if (end == PromptEnd::Cancelled) prompt.text = prompt.before;
  Reaction reaction{.redraw = true};
  switch (prompt.kind) {
    case Prompt::None: break;
    case Prompt::Filter:
    case Prompt::FilterOut:
      table.filter = {prompt.text, end == PromptEnd::Cancelled ? prompt.before_out : prompt.kind == Prompt::FilterOut};
      break;
    case Prompt::Search:
      table.search = prompt.text;
      if (end == PromptEnd::Accepted) select_match(table, true, shape);
      break;
    case Prompt::Interval:
      if (end != PromptEnd::Accepted || prompt.text.empty()) break;
      reaction.interval = parse_interval(prompt.text);
      prompt.bad = !reaction.interval;
      if (prompt.bad) return reaction;
      break;
  }
  if (end != PromptEnd::Editing) prompt = {};
  return reaction;
}

// ---- pages -----------------------------------------------------------------------------------------------------

void open_detail(ViewState& state, Page page, const TableShape& shape) {
  TableState& table = state.table();
  follow_selection(table, shape.rows, shape.page_rows);
  if (table.selected_row >= shape.rows.size()) return;
  state.detail = shape.rows[table.selected_row];
  state.page = page;
  state.page_line = 0;
}

bool move_in_page(ViewState& state, Command command, const TableShape& shape) {
  if (state.page == Page::None) return false;
  if (state.page != Page::Columns) {
    scroll_page(state, command, shape);
    return true;
  }
  state.chooser_line = moved(command, state.chooser_line, shape.page_rows, shape.columns.size());
  return true;
}

void toggle_column(ViewState& state, const TableShape& shape) {
  if (state.chooser_line >= shape.columns.size()) return;
  const Column& column = shape.columns[state.chooser_line];
  TableState& table = state.table();
  table.chosen_columns[std::string(column.id)] = !is_shown(column, table);
  // A table without columns would be nothing at all.
  const bool any = std::any_of(shape.columns.begin(), shape.columns.end(),
                               [&](const Column& other) { return is_shown(other, table); });
  if (!any) table.chosen_columns[std::string(column.id)] = true;
}

void close(ViewState& state) {
  if (state.page != Page::None) {
    state.page = Page::None;
  } else {
    state.table().filter = {};
  }
}

std::optional<PlaybackCommand> playback_of(Command command) {
  switch (command) {
    case Command::PlayOrPause: return PlaybackCommand::toggle;
    case Command::StepForward: return PlaybackCommand::step_forward;
    case Command::StepBack: return PlaybackCommand::step_back;
    case Command::NextEvent: return PlaybackCommand::next_event;
    case Command::PreviousEvent: return PlaybackCommand::previous_event;
    case Command::FirstRefusal: return PlaybackCommand::first_refusal;
    case Command::PlayFromStart: return PlaybackCommand::start;
    case Command::Slower: return PlaybackCommand::slower;
    case Command::Faster: return PlaybackCommand::faster;
    default: return std::nullopt;
  }
}

// Those that change the table: they do nothing while a page lies over it.
void apply_to_table(ViewState& state, Command command, const TableShape& shape) {
  if (state.page != Page::None) return;
  TableState& table = state.table();
  switch (command) {
    case Command::SortNext: return change_sort(table, true, shape);
    case Command::SortPrevious: return change_sort(table, false, shape);
    case Command::SortByName: return sort_by(table, SortKey::Name, shape);
    case Command::SortByUsed: return sort_by(table, SortKey::Used, shape);
    case Command::SortByRate: return sort_by(table, SortKey::Rate, shape);
    case Command::SortByRefused: return sort_by(table, SortKey::Refused, shape);
    case Command::Reverse: table.reversed = !table.reversed; return;
    case Command::Tree: table.tree = !table.tree; return;
    case Command::Fold:
    case Command::Unfold:
    case Command::FoldAll: return fold(table, command, shape);
    case Command::Filter: return open_prompt(state, Prompt::Filter);
    case Command::FilterOut: return open_prompt(state, Prompt::FilterOut);
    case Command::Search: return open_prompt(state, Prompt::Search);
    case Command::NextMatch:
    case Command::PreviousMatch:
      if (table.search.empty()) return open_prompt(state, Prompt::Search);
      return select_match(table, command == Command::NextMatch, shape);
    default: return;
  }
}

}  // namespace

bool is_shown(const Column& column, const TableState& state) {
  const auto chosen = state.chosen_columns.find(column.id);
  return chosen == state.chosen_columns.end() ? !column.hidden : chosen->second;
}

Reaction apply_key(ViewState& state, Key key, const TableShape& shape) {
  if (state.prompt.kind != Prompt::None) return type(state, key, shape);
  Reaction reaction{.redraw = true};
  const Command command = command_of(key, shape.replay);
  reaction.playback = playback_of(command);
  if (state.page == Page::Columns && (key == Key::Space || command == Command::Open)) {
    toggle_column(state, shape);
    return {.redraw = true};
  }
  switch (command) {
    case Command::None: return {};
    case Command::Quit: reaction.quit = true; break;
    case Command::Close: close(state); break;
    case Command::Help: open_page(state, Page::Help); break;
    case Command::Columns: open_page(state, Page::Columns); break;
    case Command::Open:
      if (state.page == Page::None) open_detail(state, Page::Detail, shape);
      break;
    case Command::Copy:
      if (state.page == Page::None) open_detail(state, Page::Json, shape);
      if (state.page == Page::Detail) state.page = Page::Json;
      reaction.copy = state.page == Page::Json;
      break;
    case Command::Interval: open_prompt(state, Prompt::Interval); break;
    case Command::Pause:
      reaction.resume = state.paused;
      state.paused = !state.paused;
      break;
    case Command::Mouse: state.mouse = !state.mouse; break;
    case Command::Repaint: reaction.repaint = true; break;
    case Command::ShorterWindow: state.history_window -= std::min<std::size_t>(state.history_window, 1); break;
    case Command::LongerWindow:
      state.history_window = std::min(state.history_window + 1, history_windows.size() - 1);
      break;
    case Command::ShowSuperblocks: change_view(state, View::Superblocks); break;
    case Command::ShowCgroups: change_view(state, View::Cgroups); break;
    case Command::ShowEvents: change_view(state, View::Events); break;
    case Command::ShowFiles: change_view(state, View::Files); break;
    case Command::ShowProcesses: change_view(state, View::Processes); break;
    case Command::ShowNotices: change_view(state, View::Notices); break;
    case Command::NextView: change_view(state, neighbour(state.view, 1)); break;
    case Command::PreviousView: change_view(state, neighbour(state.view, view_count - 1)); break;
    case Command::MoveUp:
    case Command::MoveDown:
    case Command::MovePageUp:
    case Command::MovePageDown:
    case Command::MoveFirst:
    case Command::MoveLast:
      if (!move_in_page(state, command, shape)) move_selection(state.table(), command, shape);
      break;
    default: apply_to_table(state, command, shape);
  }
  return reaction;
}

Reaction apply_mouse(ViewState& state, MouseEvent::Kind kind, const Hit& hit, const TableShape& shape) {
  if (kind != MouseEvent::Kind::Click) {
    constexpr int rows_a_notch = 3;
    const Command command = kind == MouseEvent::Kind::WheelUp ? Command::MoveUp : Command::MoveDown;
    for (int i = 0; i < rows_a_notch; ++i)
      if (!move_in_page(state, command, shape)) move_selection(state.table(), command, shape);
    return {.redraw = true};
  }
  TableState& table = state.table();
  switch (hit.kind) {
    case Hit::Kind::Nothing: return {};
    case Hit::Kind::Tab: change_view(state, static_cast<View>(hit.index % view_count)); break;
    case Hit::Kind::Header:
      table.reversed = table.sort_column.value_or(shape.default_sort) == hit.index && !table.reversed;
      table.sort_column = hit.index;
      break;
    case Hit::Kind::Row: {
      const bool again = table.selected && hit.index < shape.rows.size() && shape.rows[hit.index] == *table.selected;
      select_row(table, hit.index, shape);
      if (again) open_detail(state, Page::Detail, shape);
      break;
    }
  }
  return {.redraw = true};
}

}  // namespace tmpfstrace
