// SPDX-License-Identifier: Apache-2.0
// Recordings as a test wants them: a tmpfs that fills, refuses, and is given another size.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/sample.h"

namespace tmpfstrace::test {

struct RecordingPlan {
  std::uint64_t samples = 10;
  std::uint64_t start_ns = 1'776'496'329'000'000'000;  // CLOCK_REALTIME of the first
  std::uint64_t interval_ns = 1'000'000'000;
  std::vector<std::uint64_t> refused_at = {};  // samples before which writes were refused, three each, one of them told
  std::vector<std::uint64_t> resized_at = {};  // samples at which the superblock has another size than before
  std::size_t cgroups = 1;                     // each with a row in the ledger
  bool counts_refusals = true;
};

Sample planned_sample(const RecordingPlan& plan, std::uint64_t position);
RefusalEvent planned_event(const RecordingPlan& plan, std::uint64_t position);

// Lines of a recording, header first.
std::string planned_recording(const RecordingPlan& plan);

// One zstd frame.
std::string compressed(const std::string& text);

}  // namespace tmpfstrace::test
