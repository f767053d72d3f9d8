// SPDX-License-Identifier: Apache-2.0
// Keys and clicks on a table of eight rows and four columns, without a screen.
#pragma once

#include <array>
#include <initializer_list>
#include <string>
#include <vector>

#include "tui/view_state.h"

namespace tmpfstrace::tui_test {

inline std::vector<RowKey> rows_of(std::initializer_list<std::uint64_t> ids) {
  std::vector<RowKey> rows;
  for (const std::uint64_t id : ids) rows.push_back({id, 0});
  return rows;
}

inline constexpr std::array<Column, 4> columns = {
    Column{.id = "name", .title = "NAME", .align = Align::Left, .descending = false, .sort_key = SortKey::Name},
    Column{.id = "used", .title = "USED", .sort_key = SortKey::Used},
    Column{.id = "rate", .title = "RATE", .hidden = true},
    Column{.id = "refused", .title = "REFUSED", .sort_key = SortKey::Refused}};

struct Keyboard {
  ViewState state;
  std::vector<RowKey> rows = rows_of({1, 2, 3, 4, 5, 6, 7, 8});
  std::vector<RowKey> parents;
  std::vector<RowKey> foldable;
  std::vector<std::string> texts = {"ab", "b", "a", "c", "ABC", "d", "e", "f"};
  std::size_t page = 3;
  bool replay = false;

  TableShape shape() {
    return {.rows = rows,
            .parents = parents,
            .foldable = foldable,
            .page_rows = page,
            .columns = columns,
            .default_sort = 1,
            .page_lines = 10,
            .has_text = [this](std::size_t row, const std::string& text) { return has_text(texts[row], text); },
            .replay = replay};
  }
  Reaction press(Key key) { return apply_key(state, key, shape()); }
  Reaction press(char character) { return press(key_of(character)); }
  Reaction type(const std::string& text) {
    Reaction last;
    for (const char character : text) last = press(character);
    return last;
  }
  Reaction mouse(MouseEvent::Kind kind, Hit hit = {}) { return apply_mouse(state, kind, hit, shape()); }
  std::size_t row() const { return state.table().selected_row; }
};

}  // namespace tmpfstrace::tui_test
