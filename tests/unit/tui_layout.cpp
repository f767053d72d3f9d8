// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "tui/clipboard.h"
#include "tui/layout.h"

using namespace tmpfstrace;
using Catch::Matchers::Contains;

TEST_CASE("what the user chose is kept, what belongs to a moment is not", "[tui][layout]") {
  ViewState state;
  state.view = View::Files;
  state.history_window = 3;
  state.mouse = false;
  state.paused = true;
  TableState& superblocks = state.tables[0];
  superblocks.sort_column = 5;
  superblocks.reversed = true;
  superblocks.chosen_columns = {{"drift", true}, {"owner", false}};
  superblocks.selected = RowKey{1, 2};
  superblocks.filter = {"x", true};
  state.tables[1].tree = false;
  state.tables[1].folded = {{1, 0}};

  const Result<ViewState> read = layout_from_json(layout_to_json(state));
  REQUIRE(read);
  CHECK(read->view == View::Files);
  CHECK(read->history_window == 3);
  CHECK_FALSE(read->mouse);
  CHECK_FALSE(read->paused);
  CHECK(read->tables[0].sort_column == std::size_t{5});
  CHECK(read->tables[0].reversed);
  CHECK(read->tables[0].chosen_columns == superblocks.chosen_columns);
  CHECK_FALSE(read->tables[0].selected);
  CHECK(read->tables[0].filter == RowFilter{});
  CHECK_FALSE(read->tables[1].tree);
  CHECK(read->tables[1].folded.empty());
  CHECK(layout_to_json(*read) == layout_to_json(state));
}

TEST_CASE("a layout of another version is taken as far as it is known", "[tui][layout]") {
  const Result<ViewState> state = layout_from_json(
      R"({"view": "galaxy", "history_window": 77, "new": [1], "tables": {"cgroups": {"sort": "shmem"},
          "superblocks": {"sort": "colour", "columns": {"colour": true, "size": false}}, "stars": {}}})");
  REQUIRE(state);
  CHECK(state->view == View::Superblocks);
  CHECK(state->history_window == ViewState().history_window);
  CHECK(state->tables[1].sort_column == std::size_t{5});
  CHECK_FALSE(state->tables[0].sort_column);
  CHECK(state->tables[0].chosen_columns.size() == 1);
  CHECK(layout_from_json("{}"));
}

TEST_CASE("a damaged layout is an error, and never a table without columns", "[tui][layout]") {
  for (const char* damaged : {"", "{", "[]", "7", R"({"view": 3})", R"({"tables": {"cgroups": {"reversed": "yes"}}})",
                              R"({"tables": {"cgroups": {"columns": {"cgroup": 1}}}})", R"({"tables": 5})"}) {
    INFO(damaged);
    CHECK_FALSE(layout_from_json(damaged));
  }
  std::string none =
      R"({"tables": {"log": {"columns": {"time": false, "kind": false, "severity": false, "text": false}}}})";
  const Result<ViewState> state = layout_from_json(none);
  REQUIRE(state);
  CHECK(state->tables[5].chosen_columns.empty());
}

TEST_CASE("the clipboard's sequence", "[tui][layout]") {
  CHECK(clipboard_sequence("") == "\x1b]52;c;\x07");
  CHECK(clipboard_sequence("a") == "\x1b]52;c;YQ==\x07");
  CHECK(clipboard_sequence("ab") == "\x1b]52;c;YWI=\x07");
  CHECK(clipboard_sequence("abc\xff") == "\x1b]52;c;YWJj/w==\x07");
  CHECK(takes_clipboard("xterm-256color"));
  CHECK(takes_clipboard("tmux-256color"));
  CHECK_FALSE(takes_clipboard("linux"));
  CHECK_FALSE(takes_clipboard("vt100"));
}
