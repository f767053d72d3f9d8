// SPDX-License-Identifier: Apache-2.0
// A line of a recording, which may be damaged or forged: what is read is what is written again, and can be looked at.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

#include "export/json.h"
#include "model/analyst.h"
#include "sources/recording_format.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tmpfstrace;
  auto line = decode_line(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!line) return 0;
  if (auto* sample = std::get_if<Sample>(&*line)) {
    const std::string again = encode_sample(*sample);
    const auto second = decode_line(again);
    if (!second || encode_sample(std::get<Sample>(*second)) != again) std::abort();
    Analyst analyst;
    analyst.add(*sample);
    ++sample->monotonic_ns;
    if (sample_to_json(*analyst.add(std::move(*sample))).empty()) std::abort();
  } else if (const auto* event = std::get_if<RefusalEvent>(&*line)) {
    const std::string again = encode_event(*event);
    const auto second = decode_line(again);
    if (!second || encode_event(std::get<RefusalEvent>(*second)) != again) std::abort();
    if (event_to_json(*event).empty()) std::abort();
  }
  return 0;
}
