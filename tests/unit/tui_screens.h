// SPDX-License-Identifier: Apache-2.0
// The screens that have a golden file.
#pragma once

#include <string>
#include <vector>

#include "tui_golden.h"
#include "tui_samples.h"

namespace tmpfstrace::tui_test {

struct NamedScreen {
  std::string name;
  Grid grid;
};

// Of each view, and of what lies over them.
inline std::vector<NamedScreen> golden_screens() {
  Frame frame = frame_of(sample_with_outlook(), sample_events());
  const Tracks tracks = sample_tracks();
  frame.tracks = &tracks;
  constexpr GridSize sizes[] = {{15, 60}, {24, 80}, {50, 160}};
  constexpr const char* names[view_count] = {"superblocks", "cgroups", "events", "files", "processes", "log"};
  std::vector<NamedScreen> screens;
  for (const GridSize size : sizes) {
    const std::string suffix = "_" + std::to_string(size.columns) + "x" + std::to_string(size.rows);
    ViewState state;
    for (std::size_t view = 0; view < view_count; ++view) {
      state.view = static_cast<View>(view);
      screens.push_back({names[view] + suffix, screen_of(frame, state, size)});
    }
    state.view = View::Superblocks;
    state.page = Page::Help;
    screens.push_back({"help" + suffix, screen_of(frame, state, size)});
    state.page = Page::Columns;
    state.chooser_line = 2;
    screens.push_back({"columns" + suffix, screen_of(frame, state, size)});
    state.page = Page::Detail;
    state.detail = RowKey{45, 4500};
    screens.push_back({"detail_superblock" + suffix, screen_of(frame, state, size)});
    state.view = View::Cgroups;
    state.detail = RowKey{4711, 0};
    screens.push_back({"detail_cgroup" + suffix, screen_of(frame, state, size)});
    state.view = View::Events;
    state.detail = RowKey{3, 0};
    screens.push_back({"detail_event" + suffix, screen_of(frame, state, size)});
  }
  ViewState ascii;
  ascii.page = Page::Detail;
  ascii.detail = RowKey{45, 4500};
  screens.push_back({"detail_ascii_100x40", screen_of(frame, ascii, {40, 100}, Charset::Ascii)});
  // A mode that sees little: nothing that it does not know may be drawn as 0.
  Snapshot poll = sample_snapshot();
  poll.interval_ns.reset();
  poll.mode = {"poll",
               "",
               "no BPF: Operation not permitted",
               {"allocations and frees", "writes", "creations and removals", "refusals", "who did it"}};
  poll.losses.clear();
  poll.self = SelfView();
  poll.self->cost.process = {580'000'000, 17 * mib, 2 * mib};
  poll.self->cost.no_window = "no BPF program is loaded";
  poll.totals = {864 * mib, 76 * mib + 300 * kib, {}, {}, {}, {}, {}};
  for (SuperblockView& view : poll.superblocks) {
    view.tally = {};
    view.info.drift_bytes.reset();
    view.info.drift_inodes.reset();
  }
  ViewState paused;
  paused.paused = true;
  screens.push_back({"poll_paused_120x12", screen_of(poll, EventLog(), paused, {12, 120})});
  return screens;
}

}  // namespace tmpfstrace::tui_test
