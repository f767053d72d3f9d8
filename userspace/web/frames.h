// SPDX-License-Identifier: Apache-2.0
// What the agent sends to its web worker, one way, over a stream socket: u32 kind, u32 length, both in the host's byte
// order, and as many bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "model/result.h"

namespace tmpfstrace {

enum class WebDocument { metrics_text, metrics_openmetrics, snapshot_json, page_html };
inline constexpr std::size_t kWebDocuments = 4;

enum class FrameKind : std::uint32_t {
  settings = 1,  // JSON, web/settings.h; the first frame, and again when the configuration has changed
  ready,         // empty: ready; else why not
  events,        // lines of JSON, each with its newline
  events_lost,   // decimal: that many events were dropped before they were sent
  document = 16  // + WebDocument
};

constexpr FrameKind frame_of(WebDocument which) {
  return static_cast<FrameKind>(static_cast<std::uint32_t>(FrameKind::document) + static_cast<std::uint32_t>(which));
}
// Absent: the frame is no document.
std::optional<WebDocument> document_of(FrameKind kind);

inline constexpr std::size_t kMostWebFrameBytes = 64U << 20;  // the worker has 1 GiB of addresses

// The frame's header; the bytes follow it.
std::string frame_header(FrameKind kind, std::size_t length);

struct WebFrame {
  FrameKind kind = FrameKind::ready;
  std::string body;
};

// Puts frames together from pieces of any size. A body is copied once, into the place that it keeps.
class FrameReader {
 public:
  // An error: the stream is none of ours, and cannot be read on.
  Result<void> add(std::string_view bytes);
  // The next whole frame; nothing until there is one.
  std::optional<WebFrame> next();

 private:
  Result<void> begin_body();

  std::string header_;
  WebFrame frame_;        // the one that is being put together
  std::size_t left_ = 0;  // of its body
  bool in_body_ = false;
  std::deque<WebFrame> whole_;
};

}  // namespace tmpfstrace
