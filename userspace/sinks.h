// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "documents.h"
#include "line_output.h"
#include "model/analyst.h"
#include "sink.h"
#include "sources/recorder.h"

namespace tmpfstrace {

// `json`: one document a line on standard output.
class JsonSink : public Sink {
 public:
  JsonSink(LineOutput output, Documents documents, const VerdictThresholds& thresholds)
      : output_(output), documents_(std::move(documents)), analyst_(thresholds) {}

  Result<Flow> put_sample(Sample sample) override;
  Result<Flow> put_event(const RefusalEvent& event) override;
  Result<void> finish() override;
  int output_fd() const override { return output_.fd(); }

 private:
  Result<Flow> put_line(const std::string& line);

  LineOutput output_;
  Documents documents_;
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
