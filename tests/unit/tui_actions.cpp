// SPDX-License-Identifier: Apache-2.0
// What is typed, opened, folded and clicked.
#include <catch2/catch.hpp>

#include <chrono>
#include <set>
#include <string>

#include "tui_keyboard.h"

using namespace tmpfstrace;
using namespace tmpfstrace::tui_test;

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
