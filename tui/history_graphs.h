// SPDX-License-Identifier: Apache-2.0
// The history of one object as graphs, with its limits and what is to be expected drawn in. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tui/page.h"
#include "tui/tracks.h"

namespace tmpfstrace {

// A gauge's limit, and when it is met.
struct GraphedLimit {
  std::optional<double> limit;
  std::string label;
  std::optional<double> now;               // what is in use
  std::optional<std::uint64_t> met_in_ns;  // absent: it is not known to be met
};

struct HistoryRequest {
  const Track* track = nullptr;  // null: nothing is drawn but that
  std::uint64_t now_ns = 0;      // CLOCK_MONOTONIC of the snapshot
  std::size_t window = 0;        // into history_windows
  GraphedLimit bytes, inodes;
  int columns = 80;
  int rows = 24;  // of the whole page: a higher screen has higher graphs
  Charset charset = Charset::Utf8;
};

// Side by side where the screen is wide.
std::vector<PageLine> history_lines(const HistoryRequest& request);

}  // namespace tmpfstrace
