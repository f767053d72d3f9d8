// SPDX-License-Identifier: Apache-2.0
// What the user has chosen to see, and how keys change it. Pure: no terminal, no snapshot.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "tui/keys.h"

namespace tmpfstrace {

enum class View : std::uint8_t { Superblocks, Cgroups, Events, Files };
inline constexpr std::size_t view_count = 4;

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
};

struct ViewState {
  View view = View::Superblocks;
  bool help = false;
  bool paused = false;
  std::size_t help_line = 0;
  std::array<TableState, view_count> tables;

  TableState& table() { return tables[static_cast<std::size_t>(view)]; }
  const TableState& table() const { return tables[static_cast<std::size_t>(view)]; }
};

// What the key handler must know about the table on the screen.
struct TableShape {
  std::span<const RowKey> rows;  // in the order shown
  std::size_t page_rows = 1;     // of the table, and of the help page
  std::size_t columns = 0;
  std::size_t default_sort = 0;  // the column when the user has chosen none
  std::size_t help_lines = 0;
};

struct Reaction {
  bool redraw = false;
  bool resume = false;  // no longer paused: show what came meanwhile
  bool quit = false;
};

Reaction apply_key(ViewState& state, Key key, const TableShape& shape);

// Finds the selected object's row, or its neighbour when it is gone, and scrolls so that it is seen.
void follow_selection(TableState& table, std::span<const RowKey> rows, std::size_t page_rows);

}  // namespace tmpfstrace
