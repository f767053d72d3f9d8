// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "model/analyst.h"
#include "sink.h"
#include "tui/app.h"

namespace tmpfstrace {

// `top`: the screen. A live host sends samples, a replay frames.
class TopSink : public Sink {
 public:
  // on_end: gets the user's choices once the screen is no longer needed; may be empty.
  TopSink(std::unique_ptr<App> app, const VerdictThresholds& thresholds,
          std::function<void(const ViewState&)> on_end = {})
      : app_(std::move(app)), analyst_(thresholds), on_end_(std::move(on_end)) {}

  Result<Flow> put_sample(Sample sample) override;
  Result<Flow> put_event(const RefusalEvent& event) override;
  Result<Flow> put_frame(PlayedFrame frame) override;
  Result<Flow> put_playback(const Playback& playback) override;
  void pass(const std::shared_ptr<const Snapshot>& snapshot) override { app_->pass(snapshot); }
  Result<void> finish() override;
  int input_fd() const override { return app_->input_fd(); }
  Result<Flow> on_input() override;
  std::vector<SinkRequest> take_requests() override;
  void on_resize() override { app_->on_resize(); }

 private:
  std::unique_ptr<App> app_;
  Analyst analyst_;
  std::function<void(const ViewState&)> on_end_;
  std::uint64_t events_shown_ = 0;  // of a replay, those included that are no longer kept
};

}  // namespace tmpfstrace
