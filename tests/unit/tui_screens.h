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

inline std::vector<NamedScreen> golden_screens() {
  const Snapshot snapshot = sample_snapshot();
  const EventLog log = sample_events();
  constexpr GridSize sizes[] = {{15, 60}, {24, 80}, {50, 160}};
  std::vector<NamedScreen> screens;
  for (const GridSize size : sizes) {
    const std::string suffix = "_" + std::to_string(size.columns) + "x" + std::to_string(size.rows);
    ViewState state;
    screens.push_back({"superblocks" + suffix, screen_of(snapshot, log, state, size)});
    state.view = View::Cgroups;
    screens.push_back({"cgroups" + suffix, screen_of(snapshot, log, state, size)});
    state.view = View::Events;
    screens.push_back({"events" + suffix, screen_of(snapshot, log, state, size)});
    state.view = View::Files;
    screens.push_back({"files" + suffix, screen_of(snapshot, log, state, size)});
    state.help = true;
    screens.push_back({"help" + suffix, screen_of(snapshot, log, state, size)});
  }
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
