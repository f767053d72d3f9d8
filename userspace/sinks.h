// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include "alert_output.h"
#include "export/document_filter.h"
#include "line_output.h"
#include "model/analyst.h"
#include "sink.h"
#include "sources/recorder.h"

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

}  // namespace tmpfstrace
