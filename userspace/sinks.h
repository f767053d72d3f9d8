// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "alert_output.h"
#include "export/document_filter.h"
#include "line_output.h"
#include "model/analyst.h"
#include "sink.h"
#include "sources/recorder.h"
#include "tui/app.h"

namespace tmpfstrace {

// `json`: one document a line, of those that the filter wants. All are analysed.
class JsonSink : public Sink {
 public:
  // alerts: null for none.
  JsonSink(LineOutput output, DocumentFilter filter, std::unique_ptr<AlertOutput> alerts,
           const VerdictThresholds& thresholds)
      : output_(output), filter_(std::move(filter)), alerts_(std::move(alerts)), analyst_(thresholds) {}

  Result<Flow> put_sample(Sample sample) override;
  Result<Flow> put_event(const RefusalEvent& event) override;
  Result<void> finish() override;
  int output_fd() const override { return output_.fd(); }

 private:
  Result<Flow> put_line(std::string line);
  Result<Flow> put_alerts(const Snapshot& snapshot);

  LineOutput output_;
  DocumentFilter filter_;
  std::unique_ptr<AlertOutput> alerts_;
  Analyst analyst_;
};

// `record`: raw samples to a file.
class RecordSink : public Sink {
 public:
  explicit RecordSink(Recorder recorder) : recorder_(std::move(recorder)) {}

  Result<Flow> put_sample(Sample sample) override;
  Result<Flow> put_event(const RefusalEvent& event) override;
  Result<void> finish() override { return recorder_.finish(); }

 private:
  Recorder recorder_;
};

// `top`: the screen. A live host sends samples, a replay frames.
class TopSink : public Sink {
 public:
  // on_end: gets the user's choices once the screen is no longer needed.
  TopSink(std::unique_ptr<App> app, const VerdictThresholds& thresholds, std::function<void(const ViewState&)> on_end)
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
