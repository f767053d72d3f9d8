// SPDX-License-Identifier: Apache-2.0
// Samples of a host that is none: many superblocks and cgroups with owners and files, of which one in ten changes with
// each sample.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "model/sample_source.h"

namespace tmpfstrace::frame {

struct HostSize {
  std::size_t superblocks = 0;
  std::size_t cgroups = 0;
};

class LargeHost : public SampleSource {
 public:
  LargeHost(HostSize size, std::chrono::milliseconds pace) : pace_(pace), sample_(first_sample(size)) {}

  Result<std::optional<Sample>> next_sample() override;
  Result<void> drain_events(const EventHandler& handler) override;
  std::optional<std::chrono::milliseconds> pace() const override { return pace_; }

 private:
  static Sample first_sample(HostSize size);

  std::chrono::milliseconds pace_;
  Sample sample_;
};

}  // namespace tmpfstrace::frame
