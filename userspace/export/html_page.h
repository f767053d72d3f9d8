// SPDX-License-Identifier: Apache-2.0
// The state of a node as a page for people, whole without a script. Pure.
//
// It needs /style.css and /live.js beside it, and no other resource. Nothing in it is inline, so that the strictest
// content policy holds.
#pragma once

#include <chrono>
#include <string>

#include "model/snapshot.h"

namespace tmpfstrace {

struct PageOptions {
  std::string host;     // what the node calls itself; empty: not shown
  std::string version;  // of the tool; empty: not shown
  std::string telemetry_path = "/metrics";
  std::chrono::milliseconds interval{1000};  // between two samples: the page looks for a new one as often
};

// More rows than this are not shown, and it says so: the worst stand first.
inline constexpr std::size_t kMostPageRows = 200;
inline constexpr std::size_t kMostPageVerdicts = 50;

std::string page_of(const Snapshot& snapshot, const PageOptions& options);

}  // namespace tmpfstrace
