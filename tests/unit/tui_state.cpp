// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "tui/view_state.h"

using namespace tmpfstrace;

namespace {

std::vector<RowKey> rows_of(std::initializer_list<std::uint64_t> ids) {
  std::vector<RowKey> rows;
  for (const std::uint64_t id : ids) rows.push_back({id, 0});
  return rows;
}

constexpr std::array<Column, 4> columns = {
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

}  // namespace

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

TEST_CASE("a filter works while it is typed, and Escape brings the one before back", "[tui][state]") {
  Keyboard keyboard;
  keyboard.press('/');
  keyboard.type("shq");
  CHECK(keyboard.state.view == View::Superblocks);  // q quits nothing here
  CHECK(keyboard.state.table().filter == RowFilter{"shq", false});
  keyboard.press(Key::Backspace);
  keyboard.press(Key::Enter);
  CHECK(keyboard.state.table().filter == RowFilter{"sh", false});
  keyboard.press('\\');
  keyboard.press(ctrl_key('u'));
  keyboard.type("x");
  CHECK(keyboard.state.table().filter == RowFilter{"x", true});
  keyboard.press(Key::Escape);
  CHECK(keyboard.state.table().filter == RowFilter{"sh", false});
  CHECK(keyboard.state.prompt.kind == Prompt::None);
  keyboard.press(Key::Escape);
  CHECK(keyboard.state.table().filter == RowFilter{});
}

TEST_CASE("search goes around, on and back", "[tui][state]") {
  Keyboard keyboard;
  keyboard.press('n');  // nothing to look for yet
  REQUIRE(keyboard.state.prompt.kind == Prompt::Search);
  keyboard.type("ab");
  keyboard.press(Key::Enter);
  CHECK(keyboard.row() == 4);  // "ABC": from the selected row on
  keyboard.press('n');
  CHECK(keyboard.row() == 0);
  keyboard.press('N');
  CHECK(keyboard.row() == 4);
  keyboard.press(Key::F3);
  keyboard.press(ctrl_key('w'));
  keyboard.type("nowhere");
  keyboard.press(Key::Enter);
  CHECK(keyboard.row() == 4);
}

TEST_CASE("another interval", "[tui][state]") {
  Keyboard keyboard;
  keyboard.press('d');
  keyboard.type("fast");
  CHECK_FALSE(keyboard.press(Key::Enter).interval);
  CHECK(keyboard.state.prompt.bad);
  keyboard.press(ctrl_key('u'));
  keyboard.type("250ms");
  CHECK(keyboard.press(Key::Enter).interval == std::chrono::milliseconds(250));
  CHECK(keyboard.state.prompt.kind == Prompt::None);
  keyboard.press('d');
  CHECK_FALSE(keyboard.press(Key::Enter).interval);  // nothing: as it was
  CHECK(keyboard.state.prompt.kind == Prompt::None);
  CHECK(parse_interval("2") == std::chrono::milliseconds(2000));
  CHECK(parse_interval("1.5s") == std::chrono::milliseconds(1500));
  for (const char* bad : {"", "0", "-1", "99ms", "3601", "1m", "nan", "inf", "1e9", "1 s"}) {
    INFO(bad);
    CHECK_FALSE(parse_interval(bad));
  }
}

TEST_CASE("details are those of the selected object", "[tui][state]") {
  Keyboard keyboard;
  keyboard.press(Key::Down);
  keyboard.press(Key::Enter);
  CHECK(keyboard.state.page == Page::Detail);
  CHECK(keyboard.state.detail == RowKey{2, 0});
  keyboard.press(']');
  keyboard.press(']');
  CHECK(keyboard.state.history_window == 3);
  for (int i = 0; i < 9; ++i) keyboard.press('[');
  CHECK(keyboard.state.history_window == 0);
  CHECK(keyboard.press('y').copy);
  CHECK(keyboard.state.page == Page::Json);
  keyboard.press(Key::Escape);
  CHECK(keyboard.state.page == Page::None);
  CHECK(keyboard.row() == 1);
  keyboard.rows.clear();
  keyboard.press(Key::Enter);
  CHECK(keyboard.state.page == Page::None);
  CHECK_FALSE(keyboard.press('y').copy);
}

TEST_CASE("columns are chosen, and one stays", "[tui][state]") {
  Keyboard keyboard;
  const TableState& table = keyboard.state.table();
  keyboard.press('c');
  CHECK(keyboard.state.page == Page::Columns);
  keyboard.press(Key::Down);
  keyboard.press(Key::Down);
  keyboard.press(Key::Space);
  CHECK(is_shown(columns[2], table));
  CHECK_FALSE(keyboard.state.paused);
  keyboard.press(Key::Enter);
  CHECK_FALSE(is_shown(columns[2], table));
  for (int i = 0; i < 4; ++i) {
    keyboard.press(Key::Home);
    for (int down = 0; down < i; ++down) keyboard.press(Key::Down);
    if (is_shown(columns[static_cast<std::size_t>(i)], table)) keyboard.press(Key::Space);
  }
  CHECK(is_shown(columns[3], table));
  keyboard.press(Key::Escape);
  CHECK(keyboard.state.page == Page::None);
}

TEST_CASE("folding", "[tui][state]") {
  Keyboard keyboard;
  const std::set<RowKey>& folded = keyboard.state.table().folded;
  keyboard.press('-');  // no tree
  CHECK(folded.empty());
  // 1 holds 2 and 4, 2 holds 3.
  keyboard.rows = rows_of({1, 2, 3, 4});
  keyboard.parents = rows_of({1, 1, 2, 1});
  keyboard.foldable = rows_of({1, 2});
  keyboard.press(Key::Down);
  keyboard.press(Key::Down);
  keyboard.press('-');  // a leaf: what it lies in
  CHECK(folded == std::set<RowKey>{{2, 0}});
  CHECK(keyboard.state.table().selected == RowKey{2, 0});
  keyboard.press('+');
  CHECK(folded.empty());
  keyboard.press('*');
  CHECK(folded == std::set<RowKey>{{1, 0}, {2, 0}});
  keyboard.press('*');
  CHECK(folded.empty());
  keyboard.press(Key::F5);
  CHECK_FALSE(keyboard.state.table().tree);
}

TEST_CASE("the mouse selects, opens, sorts and scrolls", "[tui][state]") {
  Keyboard keyboard;
  using Kind = MouseEvent::Kind;
  keyboard.mouse(Kind::Click, {Hit::Kind::Row, 2});
  CHECK(keyboard.state.table().selected == RowKey{3, 0});
  CHECK(keyboard.state.page == Page::None);
  keyboard.mouse(Kind::Click, {Hit::Kind::Row, 2});
  CHECK(keyboard.state.page == Page::Detail);
  keyboard.mouse(Kind::WheelDown);
  CHECK(keyboard.state.page_line == 3);
  keyboard.press(Key::Escape);
  keyboard.mouse(Kind::WheelDown);
  CHECK(keyboard.row() == 5);
  keyboard.mouse(Kind::WheelUp);
  CHECK(keyboard.row() == 2);
  keyboard.mouse(Kind::Click, {Hit::Kind::Header, 3});
  CHECK(keyboard.state.table().sort_column == std::size_t{3});
  keyboard.mouse(Kind::Click, {Hit::Kind::Header, 3});
  CHECK(keyboard.state.table().reversed);
  keyboard.mouse(Kind::Click, {Hit::Kind::Tab, 4});
  CHECK(keyboard.state.view == View::Processes);
  CHECK_FALSE(keyboard.mouse(Kind::Click).redraw);
}

TEST_CASE("prompts take characters of any script, and no control characters", "[tui][state]") {
  PromptState prompt{.kind = Prompt::Filter, .text = "", .before = "", .bad = false};
  for (const std::uint32_t code : {0x65u, 0xe9u, 0x65e5u, 0x1f600u, 0x1u, 0x9bu, 0xd800u})
    CHECK(edit_prompt(prompt, static_cast<Key>(code)) == PromptEnd::Editing);
  CHECK(prompt.text == "eé日😀");
  edit_prompt(prompt, static_cast<Key>(0x7f));
  edit_prompt(prompt, Key::Backspace);
  CHECK(prompt.text == "eé");
  for (int i = 0; i < 500; ++i) edit_prompt(prompt, key_of('x'));
  CHECK(prompt.text.size() < 300);
}

TEST_CASE("rows with a text", "[tui][state]") {
  CHECK(has_text("Pod auth/Outpost", "OUTPOST"));
  CHECK(has_text("abc", ""));
  CHECK(has_text("abc", "x|b"));
  CHECK(has_text("abc", "b|"));
  CHECK_FALSE(has_text("abc", "|"));
  CHECK_FALSE(has_text("abc", "abcd|x"));
  CHECK(RowFilter{"a", true}.lets_through("b"));
  CHECK_FALSE(RowFilter{"a", true}.lets_through("A"));
  CHECK(RowFilter{"", true}.lets_through("b"));
}
