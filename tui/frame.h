// SPDX-License-Identifier: Apache-2.0
// All that a screen is made of but the user's choices.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "model/playback.h"
#include "model/snapshot.h"
#include "tui/cgroup_tree.h"
#include "tui/event_log.h"
#include "tui/notice_log.h"
#include "tui/tracks.h"

namespace tmpfstrace {

struct Frame {
  std::shared_ptr<const Snapshot> snapshot;  // null: no sample has arrived yet
  std::shared_ptr<const Changes> changes;    // since the one before it: what has gone stays for an interval. Null: none
  EventLog events;
  NoticeLog notices;
  std::optional<Playback> playback;        // where a replay stands by now; absent on a live host
  const Tracks* tracks = nullptr;          // may go on behind a snapshot that is held still. Null: none
  CgroupShapes* shapes = nullptr;          // keeps what follows from the cgroups' paths. Null: it is found anew
  std::optional<std::uint64_t> behind_ns;  // how much later the latest sample is than the one that is held still
  std::string message;                     // of one thing that the user did; shown until the next key
  std::string json;                        // of Page::Json
};

}  // namespace tmpfstrace
