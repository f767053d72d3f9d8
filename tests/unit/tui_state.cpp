// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <set>
#include <vector>

#include "tui/view_state.h"

using namespace tmpfstrace;

namespace {

std::vector<RowKey> rows_of(std::initializer_list<std::uint64_t> ids) {
  std::vector<RowKey> rows;
  for (const std::uint64_t id : ids) rows.push_back({id, 0});
  return rows;
}

struct Keyboard {
  ViewState state;
  std::vector<RowKey> rows = rows_of({1, 2, 3, 4, 5, 6, 7, 8});
  std::size_t page = 3;

  Reaction press(Key key) {
    return apply_key(state, key, {.rows = rows, .page_rows = page, .columns = 4, .default_sort = 2, .help_lines = 10});
  }
  std::size_t row() const { return state.table().selected_row; }
};

}  // namespace

TEST_CASE("every key has one meaning and every command a key", "[tui][state]") {
  std::set<Key> keys;
  std::set<Command> commands;
  for (const KeyBinding& binding : key_bindings) {
    CHECK(commands.insert(binding.command).second);
    CHECK_FALSE(binding.meaning.empty());
    CHECK_FALSE(binding.shown.empty());
    for (const Key key : binding.keys) {
      if (key != Key::None) CHECK(keys.insert(key).second);
    }
  }
  CHECK(commands.size() == static_cast<std::size_t>(Command::Quit));
}

TEST_CASE("moving", "[tui][state]") {
  Keyboard keyboard;
  keyboard.press(Key::Up);
  CHECK(keyboard.row() == 0);
  keyboard.press(Key::Down);
  CHECK(keyboard.row() == 1);
  keyboard.press(Key::PageDown);
  CHECK(keyboard.row() == 4);
  CHECK(keyboard.state.table().first_row == 2);
  keyboard.press(Key::End);
  CHECK(keyboard.row() == 7);
  CHECK(keyboard.state.table().first_row == 5);
  keyboard.press(Key::Down);
  CHECK(keyboard.row() == 7);
  keyboard.press(Key::PageUp);
  CHECK(keyboard.row() == 4);
  CHECK(keyboard.state.table().first_row == 4);
  keyboard.press(Key::Home);
  CHECK(keyboard.row() == 0);
  CHECK(keyboard.state.table().first_row == 0);
  CHECK_FALSE(keyboard.state.table().selected);
}

TEST_CASE("moving in nothing", "[tui][state]") {
  Keyboard keyboard;
  keyboard.rows.clear();
  keyboard.page = 0;
  for (const Key key : {Key::Up, Key::Down, Key::PageUp, Key::PageDown, Key::End, Key::Home}) keyboard.press(key);
  CHECK(keyboard.row() == 0);
  CHECK_FALSE(keyboard.state.table().selected);
}

TEST_CASE("the selection follows its object", "[tui][state]") {
  Keyboard keyboard;
  keyboard.press(Key::Down);
  keyboard.press(Key::Down);
  REQUIRE(keyboard.state.table().selected == RowKey{3, 0});

  SECTION("when it moves") {
    keyboard.rows = rows_of({8, 7, 6, 5, 4, 3, 2, 1});
    follow_selection(keyboard.state.table(), keyboard.rows, 3);
    CHECK(keyboard.row() == 5);
    CHECK(keyboard.state.table().first_row == 3);
  }
  SECTION("to its neighbour when it is gone") {
    keyboard.rows = rows_of({1, 2, 4, 5});
    follow_selection(keyboard.state.table(), keyboard.rows, 3);
    CHECK(keyboard.state.table().selected == RowKey{4, 0});
    keyboard.rows = rows_of({1});
    follow_selection(keyboard.state.table(), keyboard.rows, 3);
    CHECK(keyboard.state.table().selected == RowKey{1, 0});
  }
  SECTION("a larger screen shows as many rows as it can") {
    keyboard.press(Key::End);
    follow_selection(keyboard.state.table(), keyboard.rows, 100);
    CHECK(keyboard.state.table().first_row == 0);
  }
}

TEST_CASE("the selection follows a superblock whose generation becomes known", "[tui][state]") {
  TableState table;
  table.selected = RowKey{45, 0};
  const std::vector<RowKey> rows = {{44, 9}, {45, 3}, {45, 7}, {45, 5}, {46, 8}};
  follow_selection(table, rows, 10);
  CHECK(table.selected_row == 2);
  CHECK(table.selected == RowKey{45, 7});

  table.selected = RowKey{45, 6};  // one that has gone: its place, not another that bears its number
  table.selected_row = 4;
  follow_selection(table, rows, 10);
  CHECK(table.selected == RowKey{46, 8});
}

TEST_CASE("without a choice the first row stays selected", "[tui][state]") {
  Keyboard keyboard;
  follow_selection(keyboard.state.table(), keyboard.rows, 3);
  keyboard.rows = rows_of({9, 1, 2});
  follow_selection(keyboard.state.table(), keyboard.rows, 3);
  CHECK(keyboard.row() == 0);
}

TEST_CASE("views", "[tui][state]") {
  Keyboard keyboard;
  keyboard.press(key_of('2'));
  CHECK(keyboard.state.view == View::Cgroups);
  keyboard.press(Key::Tab);
  CHECK(keyboard.state.view == View::Events);
  keyboard.press(Key::Tab);
  CHECK(keyboard.state.view == View::Files);
  keyboard.press(Key::Tab);
  CHECK(keyboard.state.view == View::Superblocks);
  keyboard.press(Key::BackTab);
  CHECK(keyboard.state.view == View::Files);
  keyboard.press(key_of('3'));
  CHECK(keyboard.state.view == View::Events);
  keyboard.press(key_of('1'));
  CHECK(keyboard.state.view == View::Superblocks);
}

TEST_CASE("each view keeps its choices", "[tui][state]") {
  Keyboard keyboard;
  keyboard.press(Key::Down);
  keyboard.press(key_of('s'));
  keyboard.press(key_of('2'));
  CHECK_FALSE(keyboard.state.table().selected);
  CHECK_FALSE(keyboard.state.table().sort_column);
  keyboard.press(key_of('1'));
  CHECK(keyboard.state.table().selected == RowKey{2, 0});
  CHECK(keyboard.state.table().sort_column == std::size_t{3});
}

TEST_CASE("sorting keys", "[tui][state]") {
  Keyboard keyboard;
  const TableState& table = keyboard.state.table();
  keyboard.press(key_of('r'));
  CHECK(table.reversed);
  keyboard.press(key_of('>'));
  CHECK(table.sort_column == std::size_t{3});
  CHECK_FALSE(table.reversed);
  keyboard.press(key_of('s'));
  CHECK(table.sort_column == std::size_t{0});
  keyboard.press(key_of('<'));
  CHECK(table.sort_column == std::size_t{3});
}

TEST_CASE("pause, quit, unknown keys", "[tui][state]") {
  Keyboard keyboard;
  CHECK_FALSE(keyboard.press(Key::Space).resume);
  CHECK(keyboard.state.paused);
  CHECK(keyboard.press(key_of('p')).resume);
  CHECK_FALSE(keyboard.state.paused);
  CHECK(keyboard.press(key_of('q')).quit);
  CHECK(keyboard.press(Key::F10).quit);
  CHECK_FALSE(keyboard.press(key_of('Z')).redraw);
  CHECK_FALSE(keyboard.press(Key::None).redraw);
}

TEST_CASE("help scrolls and closes", "[tui][state]") {
  Keyboard keyboard;
  keyboard.press(Key::F1);
  CHECK(keyboard.state.help);
  keyboard.press(Key::End);
  CHECK(keyboard.state.help_line == 7);
  keyboard.press(Key::Up);
  CHECK(keyboard.state.help_line == 6);
  CHECK(keyboard.row() == 0);
  keyboard.press(key_of('s'));
  CHECK_FALSE(keyboard.state.table().sort_column);
  keyboard.press(Key::Escape);
  CHECK_FALSE(keyboard.state.help);
  keyboard.press(key_of('?'));
  CHECK(keyboard.state.help_line == 0);
  keyboard.press(key_of('3'));
  CHECK_FALSE(keyboard.state.help);
}
