// SPDX-License-Identifier: Apache-2.0
#include "tui/view_screen.h"

#include <algorithm>

#include "tui/view_columns.h"
#include "tui/view_detail.h"
#include "tui/view_foot.h"
#include "tui/view_head.h"
#include "tui/view_help.h"
#include "tui/view_rows.h"
#include "tui/view_timeline.h"
#include "tui/view_verdicts.h"

namespace tmpfstrace {
namespace {

constexpr int footer_rows = 1;
constexpr int header_rows = 1;  // the table's

int timeline_rows(const Frame& frame, GridSize size) {
  constexpr int least_rows = 8;
  return frame.playback && size.rows >= least_rows ? 1 : 0;
}

// The verdicts belong to the head; a page has a line less of the screen to say more with.
int top_of_body(const Frame& frame, const ViewState& state, GridSize size, Charset charset) {
  int top = head_rows + timeline_rows(frame, size);
  if (frame.snapshot == nullptr || state.page != Page::None) return top;
  top += static_cast<int>(verdict_lines(*frame.snapshot, size, charset).size());
  return top;
}

int rows_between(int top, GridSize size) { return std::max(0, size.rows - top - footer_rows); }

std::vector<PageLine> json_lines(const Frame& frame, int columns, Charset charset) {
  PageText page(columns, charset);
  std::size_t begin = 0;
  while (begin < frame.json.size()) {
    const std::size_t end = std::min(frame.json.find('\n', begin), frame.json.size());
    page.add({{frame.json.substr(begin, end - begin), Role::Normal}});
    begin = end + 1;
  }
  return page.take();
}

// The chooser scrolls with its selected line.
std::size_t first_line(const ViewState& state, std::size_t count, std::size_t page) {
  const std::size_t last = count - std::min(count, page);
  if (state.page != Page::Columns) return std::min(state.page_line, last);
  return std::min(state.chooser_line - std::min(state.chooser_line, page / 2), last);
}

}  // namespace

Table collect_table(const Frame& frame, const ViewState& state) {
  Table table;
  if (frame.snapshot == nullptr) return table;
  switch (state.view) {
    case View::Superblocks: table = superblock_table(frame); break;
    case View::Cgroups: table = cgroup_table(frame, state.table().tree); break;
    case View::Events: table = event_table(frame); break;
    case View::Files: table = file_table(frame); break;
    case View::Processes: table = process_table(frame); break;
    case View::Notices: table = notice_table(frame); break;
  }
  return table;
}

Table build_table(const Frame& frame, const ViewState& state) {
  Table table = collect_table(frame, state);
  arrange_table(table, state.table());
  return table;
}

std::vector<PageLine> build_page(const Frame& frame, const Table& table, const ViewState& state, GridSize size,
                                 Charset charset) {
  if (frame.snapshot == nullptr) return {};
  switch (state.page) {
    case Page::None: return {};
    case Page::Help: return help_lines(frame, size.columns, charset);
    case Page::Detail: return detail_lines(frame, state, size, charset);
    case Page::Columns: return column_lines(table, state);
    case Page::Json: return json_lines(frame, size.columns, charset);
  }
  return {};
}

std::size_t body_rows(const Frame& frame, const ViewState& state, GridSize size, Charset charset) {
  const int rows = rows_between(top_of_body(frame, state, size, charset), size);
  return static_cast<std::size_t>(std::max(0, rows - (state.page == Page::None ? header_rows : 0)));
}

Grid draw_screen(const Frame& frame, const Table& table, const std::vector<PageLine>& page, const ViewState& state,
                 GridSize size, Charset charset) {
  Grid grid(size, charset);
  if (grid.rows() == 0 || grid.columns() == 0) return grid;
  if (frame.snapshot == nullptr) {
    grid.put(0, 0, "tmpfstrace", Role::Title);
    grid.put(1, 0, "waiting for the first sample", Role::Dim);
    return grid;
  }
  draw_head(grid, frame, state);
  if (timeline_rows(frame, size) != 0) draw_timeline(grid, head_rows, *frame.playback, frame.snapshot->realtime_ns);
  const int top = top_of_body(frame, state, size, charset);
  const std::size_t rows = body_rows(frame, state, size, charset);
  if (state.page != Page::None) {
    const std::size_t first = first_line(state, page.size(), rows);
    draw_page(grid, top, rows_between(top, size), page, first);
    draw_foot(grid, frame, state, {first, rows, page.size(), page.size()});
    return grid;
  }
  int row = head_rows + timeline_rows(frame, size);
  for (const VerdictLine& line : verdict_lines(*frame.snapshot, size, charset))
    grid.put(row++, 0, line.text, line.role);
  draw_table(grid, top, rows_between(top, size), table, state.table());
  draw_foot(grid, frame, state, {state.table().first_row, rows, table.rows.size(), table.unfiltered});
  return grid;
}

Hit hit_at(int row, int column, const Frame& frame, const Table& table, const ViewState& state, GridSize size,
           Charset charset) {
  if (row == size.rows - 1) {
    const auto view = tab_at(column, size.columns, state);
    return view ? Hit{Hit::Kind::Tab, static_cast<std::size_t>(*view)} : Hit{};
  }
  if (frame.snapshot == nullptr || state.page != Page::None) return {};
  const int top = top_of_body(frame, state, size, charset);
  if (row == top) {
    const auto title = column_at(column, size, charset, table, state.table());
    return title ? Hit{Hit::Kind::Header, *title} : Hit{};
  }
  if (row < top) return {};
  const std::size_t index = state.table().first_row + static_cast<std::size_t>(row - top - header_rows);
  return index < table.rows.size() ? Hit{Hit::Kind::Row, index} : Hit{};
}

}  // namespace tmpfstrace
