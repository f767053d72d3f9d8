// SPDX-License-Identifier: Apache-2.0
#include "tui/view_state.h"

#include <algorithm>

namespace tmpfstrace {
namespace {

std::size_t moved(Command command, std::size_t at, std::size_t page, std::size_t count) {
  const std::size_t last = count == 0 ? 0 : count - 1;
  switch (command) {
    case Command::MoveUp: return at - std::min<std::size_t>(at, 1);
    case Command::MoveDown: return std::min(at + 1, last);
    case Command::MovePageUp: return at - std::min(at, page);
    case Command::MovePageDown: return std::min(at + page, last);
    case Command::MoveFirst: return 0;
    case Command::MoveLast: return last;
    default: return std::min(at, last);
  }
}

void move_selection(TableState& table, Command command, const TableShape& shape) {
  follow_selection(table, shape.rows, shape.page_rows);
  if (shape.rows.empty()) return;
  table.selected_row = moved(command, table.selected_row, std::max<std::size_t>(shape.page_rows, 1), shape.rows.size());
  table.selected = shape.rows[table.selected_row];
  // Home lets go of the object: a list whose newest row is on top goes on showing its newest row.
  if (command == Command::MoveFirst) table.selected.reset();
  follow_selection(table, shape.rows, shape.page_rows);
}

void move_help(ViewState& state, Command command, const TableShape& shape) {
  const std::size_t scrollable = shape.help_lines - std::min(shape.help_lines, shape.page_rows);
  state.help_line = moved(command, std::min(state.help_line, scrollable), shape.page_rows, scrollable + 1);
}

void change_sort(TableState& table, Command command, const TableShape& shape) {
  if (shape.columns == 0) return;
  const std::size_t now = std::min(table.sort_column.value_or(shape.default_sort), shape.columns - 1);
  table.sort_column = (now + (command == Command::SortNext ? 1 : shape.columns - 1)) % shape.columns;
  table.reversed = false;
}

void change_view(ViewState& state, View view) {
  state.view = view;
  state.help = false;
}

View neighbour(View view, std::size_t step) {
  return static_cast<View>((static_cast<std::size_t>(view) + step) % view_count);
}

// A superblock that was selected before its generation was known (0) is found by its device: of those that bore the
// number in turn the last one, which is the mounted one.
std::optional<std::size_t> row_of(const RowKey& selected, std::span<const RowKey> rows) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] == selected) return i;
    const bool same = selected.minor == 0 && rows[i].major == selected.major;
    if (same && (!best || rows[*best].minor < rows[i].minor)) best = i;
  }
  return best;
}

}  // namespace

Reaction apply_key(ViewState& state, Key key, const TableShape& shape) {
  const Command command = command_of(key);
  Reaction reaction{.redraw = true};
  switch (command) {
    case Command::None: return {};
    case Command::Quit: reaction.quit = true; break;
    case Command::Close: state.help = false; break;
    case Command::Help:
      state.help = !state.help;
      state.help_line = 0;
      break;
    case Command::Pause:
      reaction.resume = state.paused;
      state.paused = !state.paused;
      break;
    case Command::ShowSuperblocks: change_view(state, View::Superblocks); break;
    case Command::ShowCgroups: change_view(state, View::Cgroups); break;
    case Command::ShowEvents: change_view(state, View::Events); break;
    case Command::ShowFiles: change_view(state, View::Files); break;
    case Command::NextView: change_view(state, neighbour(state.view, 1)); break;
    case Command::PreviousView: change_view(state, neighbour(state.view, view_count - 1)); break;
    case Command::SortNext:
    case Command::SortPrevious:
      if (!state.help) change_sort(state.table(), command, shape);
      break;
    case Command::Reverse:
      if (!state.help) state.table().reversed = !state.table().reversed;
      break;
    default:
      if (state.help) {
        move_help(state, command, shape);
      } else {
        move_selection(state.table(), command, shape);
      }
  }
  return reaction;
}

void follow_selection(TableState& table, std::span<const RowKey> rows, std::size_t page_rows) {
  const std::size_t page = std::max<std::size_t>(page_rows, 1);
  if (rows.empty()) {
    table.selected_row = 0;
    table.first_row = 0;
    return;
  }
  if (!table.selected) {
    table.selected_row = 0;
  } else {
    table.selected_row = row_of(*table.selected, rows).value_or(std::min(table.selected_row, rows.size() - 1));
    table.selected = rows[table.selected_row];
  }
  const std::size_t last_first = rows.size() - std::min(rows.size(), page);
  const std::size_t lowest = table.selected_row >= page ? table.selected_row - page + 1 : 0;
  table.first_row = std::clamp(table.first_row, lowest, table.selected_row);
  table.first_row = std::min(table.first_row, last_first);
}

}  // namespace tmpfstrace
