// SPDX-License-Identifier: Apache-2.0
// What the user has chosen to see, and how keys change it. Pure: no terminal, no snapshot.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "model/playback.h"
#include "tui/column.h"
#include "tui/key_table.h"
#include "tui/prompt.h"
#include "tui/row_filter.h"

namespace tmpfstrace {

enum class View : std::uint8_t { Superblocks, Cgroups, Events, Files, Processes, Notices };
inline constexpr std::size_t view_count = 6;

// What lies over the table of the view.
enum class Page : std::uint8_t { None, Help, Detail, Columns, Json };

// Identity of the object a row shows, whichever row that is: device and generation (0 until it is known), cgroup id, an
// event's number, or superblock and name pattern.
struct RowKey {
  std::uint64_t major = 0;
  std::uint64_t minor = 0;
  auto operator<=>(const RowKey&) const = default;
};

// One table's choices. Each view has its own, so that switching there and back changes nothing.
struct TableState {
  std::optional<std::size_t> sort_column = {};  // empty: the view's own choice
  bool reversed = false;                        // against the order that is of use first in that column
  std::optional<RowKey> selected = {};          // empty: the first row, whatever it is
  std::size_t selected_row = 0;  // where `selected` was last: its neighbour is selected when the object is gone
  std::size_t first_row = 0;     // the topmost row on the screen
  RowFilter filter = {};
  std::string search = {};
  std::map<std::string, bool, std::less<>> chosen_columns = {};  // by id: shown or not, where the user said so
  bool tree = true;                                              // where the rows lie in each other
  std::set<RowKey> folded = {};
};

// How far back the graphs of a page of details go.
inline constexpr std::array<std::chrono::seconds, 5> history_windows = {
    std::chrono::minutes(1), std::chrono::minutes(5), std::chrono::minutes(30), std::chrono::hours(2),
    std::chrono::hours(12)};

struct ViewState {
  View view = View::Superblocks;
  Page page = Page::None;
  bool paused = false;
  bool mouse = true;
  std::size_t page_line = 0;          // the topmost line of the page on the screen
  std::size_t chooser_line = 0;       // the selected one of Page::Columns
  std::size_t history_window = 1;     // into history_windows
  std::optional<RowKey> detail = {};  // of whom Page::Detail and Page::Json tell; of this view
  PromptState prompt;
  std::array<TableState, view_count> tables;

  TableState& table() { return tables[static_cast<std::size_t>(view)]; }
  const TableState& table() const { return tables[static_cast<std::size_t>(view)]; }
};

bool is_shown(const Column& column, const TableState& state);

// What the key handler must know about what is on the screen.
struct TableShape {
  std::span<const RowKey> rows = {};      // in the order shown
  std::span<const RowKey> parents = {};   // of each row in a tree, its own key where it has none; empty: no tree
  std::span<const RowKey> foldable = {};  // the rows of the whole tree in which others lie
  std::size_t page_rows = 1;              // of the table, or of the page over it
  std::span<const Column> columns = {};
  std::size_t default_sort = 0;  // the column when the user has chosen none
  std::size_t page_lines = 0;    // of the page over the table
  std::function<bool(std::size_t row, const std::string& text)> has_text = {};
  bool replay = false;
};

struct Reaction {
  bool redraw = false;
  bool resume = false;  // no longer paused: show what came meanwhile
  bool quit = false;
  bool repaint = false;  // every cell anew
  bool copy = false;     // ViewState::detail, as JSON
  std::optional<PlaybackCommand> playback = {};
  std::optional<std::chrono::milliseconds> interval = {};
};

Reaction apply_key(ViewState& state, Key key, const TableShape& shape);

// What lies under the mouse.
struct Hit {
  enum class Kind : std::uint8_t { Nothing, Row, Header, Tab };
  Kind kind = Kind::Nothing;
  std::size_t index = 0;  // of the row, the column or the view
};

// A click selects, and opens what is selected already; on a title it sorts; the wheel moves.
Reaction apply_mouse(ViewState& state, MouseEvent::Kind kind, const Hit& hit, const TableShape& shape);

// Finds the selected object's row, or its neighbour when it is gone, and scrolls so that it is seen.
void follow_selection(TableState& table, std::span<const RowKey> rows, std::size_t page_rows);

}  // namespace tmpfstrace
