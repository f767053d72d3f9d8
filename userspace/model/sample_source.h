// SPDX-License-Identifier: Apache-2.0
// Where samples come from: a live host or a recording. The loop knows no more than this.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "model/result.h"
#include "model/sample.h"
#include "model/table_sizes.h"

namespace tmpfstrace {

class SampleSource {
 public:
  using EventHandler = std::function<void(const RefusalEvent&)>;

  virtual ~SampleSource() = default;

  // The next sample; an empty optional at the end of a recording. An error ends the run.
  virtual Result<std::optional<Sample>> next_sample() = 0;

  // Hands every event that is ready to the handler. A live source polls its ring; a replay hands over the events
  // recorded before the sample that next_sample() returned last.
  virtual Result<void> drain_events(const EventHandler& handler) = 0;

  // A descriptor that becomes readable when events are ready, or -1. Owned by the source.
  virtual int event_fd() const { return -1; }

  // How long the loop waits between two samples; empty: the source sets the pace itself (a replay as fast as it can).
  virtual std::optional<std::chrono::milliseconds> pace() const { return std::nullopt; }

  // Another pace from now on; only a live source has one.
  virtual void set_pace(std::chrono::milliseconds) {}

  // Of the tables that the samples' ledger comes from; absent: there are none, or their sizes were not recorded.
  virtual std::optional<TableSizes> tables() const { return std::nullopt; }

  // The caller is about to give up privileges for good: what was put off and takes more of them is done now.
  virtual void before_confinement() {}
};

}  // namespace tmpfstrace
