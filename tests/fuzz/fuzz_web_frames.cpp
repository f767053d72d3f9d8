// SPDX-License-Identifier: Apache-2.0
// Any bytes as what the agent sends to its web worker, in pieces of any size.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "web/event_backlog.h"
#include "web/frames.h"
#include "web/settings.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tmpfstrace;
  if (size == 0) return 0;
  const std::size_t piece = 1 + data[0];
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  FrameReader reader;
  EventBacklog backlog;
  std::uint64_t place = 0, lost = 0;
  while (!text.empty()) {
    const std::size_t taken = std::min(piece, text.size());
    if (!reader.add(text.substr(0, taken))) return 0;
    text.remove_prefix(taken);
    while (const auto frame = reader.next()) {
      if (frame->body.size() > size) std::abort();
      if (frame->kind == FrameKind::settings) (void)decode_settings(frame->body);
      if (frame->kind == FrameKind::events) backlog.add(frame->body);
      if (backlog.has_more(place) && backlog.read(place, piece, lost).empty()) std::abort();
    }
  }
  return 0;
}
