// SPDX-License-Identifier: Apache-2.0
// Samples of a source, at its pace.
#pragma once

#include "feed.h"
#include "model/sample_source.h"

namespace tmpfstrace {

class SampleFeed : public Feed {
 public:
  // events: pass on refusals in detail.
  SampleFeed(SampleSource& source, Sink& sink, bool events)
      : source_(source), sink_(sink), events_(events), due_(std::chrono::steady_clock::now()), last_(due_) {}

  std::optional<Time> due() const override { return over_ ? std::nullopt : std::optional(due_); }
  Result<Sink::Flow> bring(std::uint64_t most_samples) override;
  int event_fd() const override { return source_.event_fd(); }
  Result<Sink::Flow> bring_events() override;
  Result<Sink::Flow> follow(const SinkRequest& request) override;
  std::uint64_t samples() const override { return samples_; }
  bool is_over() const override { return over_; }

 private:
  SampleSource& source_;
  Sink& sink_;
  bool events_;
  Time due_;   // the first sample at once: rates need two
  Time last_;  // when the last one was due
  bool over_ = false;
  std::uint64_t samples_ = 0;
};

}  // namespace tmpfstrace
