// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <set>
#include <vector>

#include "tui_keyboard.h"

using namespace tmpfstrace;
using namespace tmpfstrace::tui_test;

TEST_CASE("every key has one meaning on a live host and in a replay, and every command a key", "[tui][state]") {
  std::set<Command> commands;
  for (const bool replay : {false, true}) {
    std::set<Key> keys;
    for (const KeyBinding& binding : key_bindings) {
      CHECK_FALSE(binding.meaning.empty());
      CHECK_FALSE(binding.shown.empty());
      commands.insert(binding.command);
      if (!is_bound(binding, replay)) continue;
      for (const Key key : binding.keys) {
        INFO(binding.meaning);
        if (key != Key::None) CHECK(keys.insert(key).second);
        if (key != Key::None) CHECK(command_of(key, replay) == binding.command);
      }
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
  keyboard.press('2');
  CHECK(keyboard.state.view == View::Cgroups);
  for (const View next : {View::Events, View::Files, View::Processes, View::Notices, View::Superblocks}) {
    keyboard.press(Key::Tab);
    CHECK(keyboard.state.view == next);
  }
  keyboard.press(Key::BackTab);
  CHECK(keyboard.state.view == View::Notices);
  keyboard.press('3');
  CHECK(keyboard.state.view == View::Events);
  keyboard.press('5');
  CHECK(keyboard.state.view == View::Processes);
  keyboard.press('1');
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
  keyboard.press('r');
  CHECK(table.reversed);
  keyboard.press('>');  // past the hidden column
  CHECK(table.sort_column == std::size_t{3});
  CHECK_FALSE(table.reversed);
  keyboard.press(Key::F6);
  CHECK(table.sort_column == std::size_t{0});
  keyboard.press('<');
  CHECK(table.sort_column == std::size_t{3});
  keyboard.press('U');
  CHECK(table.sort_column == std::size_t{1});
  CHECK_FALSE(table.reversed);
  keyboard.press('U');
  CHECK(table.reversed);
  keyboard.press('A');  // no column is sorted by it
  CHECK(table.sort_column == std::size_t{1});
  keyboard.press('I');
  CHECK_FALSE(table.reversed);
}

TEST_CASE("pause, quit, unknown keys", "[tui][state]") {
  Keyboard keyboard;
  CHECK_FALSE(keyboard.press(Key::Space).resume);
  CHECK(keyboard.state.paused);
  CHECK(keyboard.press('p').resume);
  CHECK_FALSE(keyboard.state.paused);
  CHECK(keyboard.press('q').quit);
  CHECK(keyboard.press(Key::F10).quit);
  CHECK_FALSE(keyboard.press('x').redraw);
  CHECK_FALSE(keyboard.press(Key::None).redraw);
  CHECK(keyboard.press(ctrl_key('l')).repaint);
}

TEST_CASE("in a replay the player is asked", "[tui][state]") {
  Keyboard keyboard;
  CHECK_FALSE(keyboard.press('e').playback);
  CHECK_FALSE(keyboard.press('t').playback);
  keyboard.replay = true;
  CHECK(keyboard.press(Key::Space).playback == PlaybackCommand::toggle);
  CHECK_FALSE(keyboard.state.paused);
  CHECK(keyboard.press('t').playback == PlaybackCommand::step_forward);
  CHECK(keyboard.press('T').playback == PlaybackCommand::step_back);
  CHECK(keyboard.press('e').playback == PlaybackCommand::next_event);
  CHECK(keyboard.press('E').playback == PlaybackCommand::previous_event);
  CHECK(keyboard.press('F').playback == PlaybackCommand::first_refusal);
  CHECK(keyboard.press('0').playback == PlaybackCommand::start);
  CHECK(keyboard.press('{').playback == PlaybackCommand::slower);
  CHECK(keyboard.press('}').playback == PlaybackCommand::faster);
  keyboard.press('d');
  CHECK(keyboard.state.prompt.kind == Prompt::None);
}

TEST_CASE("help scrolls and closes", "[tui][state]") {
  Keyboard keyboard;
  keyboard.press(Key::F1);
  CHECK(keyboard.state.page == Page::Help);
  keyboard.press(Key::End);
  CHECK(keyboard.state.page_line == 7);
  keyboard.press(Key::Up);
  CHECK(keyboard.state.page_line == 6);
  CHECK(keyboard.row() == 0);
  keyboard.press('s');
  CHECK_FALSE(keyboard.state.table().sort_column);
  keyboard.press(Key::Escape);
  CHECK(keyboard.state.page == Page::None);
  keyboard.press('h');
  CHECK(keyboard.state.page_line == 0);
  keyboard.press('3');
  CHECK(keyboard.state.page == Page::None);
}
