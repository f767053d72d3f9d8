// SPDX-License-Identifier: Apache-2.0
// A line of a recording that is looked at and not decoded: whatever it is does no harm, and of a sound sample is found
// what decoding it finds.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <variant>

#include "model/derive.h"
#include "sources/outline_builder.h"
#include "sources/recording_format.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tmpfstrace;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  OutlineBuilder twice;
  twice.add_line(text);
  twice.add_line(text);
  const auto line = decode_line(text);
  if (!line || !std::holds_alternative<Sample>(*line)) return 0;
  // Written anew: a name that the line has twice, or with escapes, is none that a recorder writes.
  const auto& sample = std::get<Sample>(*line);
  OutlineBuilder builder;
  if (!builder.add_line(encode_sample(sample))) std::abort();
  const OutlinedSample& found = builder.outline().samples.back();
  if (found.realtime_ns != sample.realtime_ns) std::abort();
  if (found.refused != derive_snapshot(sample, nullptr).totals.refusals) std::abort();
  return 0;
}
