// SPDX-License-Identifier: Apache-2.0
#include "tui/view_foot.h"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

namespace tmpfstrace {
namespace {

constexpr std::array<const char*, view_count> names = {"1 Superblocks", "2 Cgroups",   "3 Events",
                                                       "4 Files",       "5 Processes", "6 Log"};
constexpr std::array<const char*, view_count> short_names = {"1 Super", "2 Cgrp", "3 Event",
                                                             "4 File",  "5 Proc", "6 Log"};
constexpr int columns_for_names = 78;  // with some for the position

std::string tab_text(std::size_t view, int columns, const ViewState& state) {
  const bool active = state.page == Page::None && static_cast<std::size_t>(state.view) == view;
  const char* name = columns < columns_for_names ? short_names[view] : names[view];
  return fmt::format("{}{}{}", active ? "[" : " ", name, active ? "]" : " ");
}

std::string position_text(const ListPosition& position) {
  std::string text = "0/0";
  if (position.count != 0)
    text = fmt::format("{}-{}/{}", position.first + 1, std::min(position.first + position.page, position.count),
                       position.count);
  if (position.count != position.unfiltered) text += fmt::format(" of {}", position.unfiltered);
  return text;
}

std::string filter_text(const RowFilter& filter) {
  if (filter.pattern.empty()) return "";
  return (filter.out ? "without: " : "with: ") + filter.pattern;
}

void draw_prompt(Grid& grid, const PromptState& prompt, const std::string& position) {
  const int row = grid.rows() - 1;
  const std::string title = prompt_title(prompt.kind);
  const int room = grid.columns() - text_width(title, grid.charset()) - 1;
  int at = grid.put(row, 0, title);
  at = grid.put(row, at, truncate_text(prompt.text, std::max(room, 0), grid.charset(), Cut::Start));
  grid.put(row, at, "_");
  const std::string right = prompt.bad ? "between 100ms and 3600s" : position;
  const int width = text_width(right, grid.charset());
  if (at + 2 + width <= grid.columns()) grid.put(row, grid.columns() - width, right);
  grid.paint_row(row, prompt.bad ? Role::Warning : Role::Title);
}

}  // namespace

std::optional<View> tab_at(int column, int columns, const ViewState& state) {
  int at = 0;
  for (std::size_t i = 0; i < view_count; ++i) {
    at += static_cast<int>(tab_text(i, columns, state).size());
    if (column < at) return static_cast<View>(i);
  }
  return std::nullopt;
}

void draw_foot(Grid& grid, const Frame& frame, const ViewState& state, const ListPosition& position) {
  if (state.prompt.kind != Prompt::None) return draw_prompt(grid, state.prompt, position_text(position));
  const int row = grid.rows() - 1;
  std::string tabs;
  for (std::size_t i = 0; i < view_count; ++i) tabs += tab_text(i, grid.columns(), state);
  int end = grid.put(row, 0, tabs);
  const std::string filter = !frame.message.empty()     ? frame.message
                             : state.page == Page::None ? filter_text(state.table().filter)
                                                        : "";
  const std::string where = position_text(position);
  // What was filtered out must be known before anything else is.
  if (!filter.empty()) {
    const int room = std::max(grid.columns() - text_width(where, grid.charset()) - 2, 0);
    const std::string text = truncate_text(filter, room, grid.charset());
    const int begin = std::max(std::min(end, room - text_width(text, grid.charset())), 0);
    for (int column = begin; column < grid.columns(); ++column) grid.put(row, column, " ");
    end = grid.put(row, begin, text);
  }
  for (const std::string& right : {where + "  ? Help  q Quit", where + " ? q", where}) {
    const int width = text_width(right, grid.charset());
    if (end + 1 + width > grid.columns()) continue;
    grid.put(row, grid.columns() - width, right);
    break;
  }
  grid.paint_row(row, Role::Title);
}

}  // namespace tmpfstrace
