// SPDX-License-Identifier: Apache-2.0
// A recording: NDJSON, a header and then samples and refusals in the order they came about. An event belongs to the
// sample that follows it. The inverse functions below lose nothing, absent fields and file names that are not UTF-8
// included.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "model/result.h"
#include "model/sample.h"

namespace tmpfstrace {

struct RecordingHeader {
  std::string kernel;          // uname -r
  std::uint64_t start_ns = 0;  // CLOCK_REALTIME
};

// One line each, without the newline.
std::string encode_header(const RecordingHeader& header);
std::string encode_sample(const Sample& sample);
std::string encode_event(const RefusalEvent& event);

using RecordedLine = std::variant<RecordingHeader, Sample, RefusalEvent>;

// The error says what is wrong and where: "sample.ledger[3].counters.freed_bytes: out of range".
Result<RecordedLine> decode_line(std::string_view line);

}  // namespace tmpfstrace
