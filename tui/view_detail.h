// SPDX-License-Identifier: Apache-2.0
// Everything about one object, as a page. Pure.
#pragma once

#include <vector>

#include "tui/frame.h"
#include "tui/page.h"
#include "tui/view_state.h"

namespace tmpfstrace {

// Of ViewState::detail, an object of the current view. One that is no more says so.
std::vector<PageLine> detail_lines(const Frame& frame, const ViewState& state, GridSize size, Charset charset);

// ---- the parts, a kind of object each --------------------------------------------------------------------------

struct DetailContext {
  const Frame& frame;
  const ViewState& state;
  GridSize size;
  Charset charset;
};

void add_superblock_detail(PageText& page, const DetailContext& context, const SuperblockView& view);
void add_cgroup_detail(PageText& page, const DetailContext& context, const CgroupView& view);
void add_event_detail(PageText& page, const DetailContext& context, const RefusalEvent& event);

// "  name        value", with the values of a page in one column.
void add_field(PageText& page, const std::string& name, const std::string& value, Role role = Role::Normal);

// The last refusals that `wanted` lets through, the newest first, with their stacks.
template <typename Wanted>
void add_refusals(PageText& page, const DetailContext& context, Wanted wanted);

void add_refusal_line(PageText& page, const RefusalEvent& event);

template <typename Wanted>
void add_refusals(PageText& page, const DetailContext& context, Wanted wanted) {
  constexpr int most = 10;
  page.title("Last refusals");
  int shown = 0;
  const auto& events = context.frame.events.events();
  for (auto logged = events.rbegin(); logged != events.rend() && shown < most; ++logged) {
    if (!wanted(*logged->event)) continue;
    add_refusal_line(page, *logged->event);
    ++shown;
  }
  if (shown == 0) page.text("  ", "none kept in detail", Role::Dim);
}

}  // namespace tmpfstrace
