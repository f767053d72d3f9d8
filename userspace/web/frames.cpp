// SPDX-License-Identifier: Apache-2.0
#include "web/frames.h"

#include <cstring>
#include <utility>

namespace tmpfstrace {
namespace {

constexpr std::size_t kHeaderBytes = 2 * sizeof(std::uint32_t);

bool is_known(std::uint32_t kind) {
  const FrameKind frame{kind};
  return (kind >= static_cast<std::uint32_t>(FrameKind::settings) &&
          kind <= static_cast<std::uint32_t>(FrameKind::events_lost)) ||
         document_of(frame);
}

}  // namespace

std::optional<WebDocument> document_of(FrameKind kind) {
  const auto number = static_cast<std::uint32_t>(kind) - static_cast<std::uint32_t>(FrameKind::document);
  if (number >= kWebDocuments) return std::nullopt;
  return static_cast<WebDocument>(number);
}

std::string frame_header(FrameKind kind, std::size_t length) {
  const std::uint32_t header[2] = {static_cast<std::uint32_t>(kind), static_cast<std::uint32_t>(length)};
  return std::string(reinterpret_cast<const char*>(header), sizeof header);
}

Result<std::optional<WebFrame>> FrameReader::next() {
  if (buffer_.size() < kHeaderBytes) return std::nullopt;
  std::uint32_t header[2];
  std::memcpy(header, buffer_.data(), sizeof header);
  const auto [kind, length] = header;
  if (!is_known(kind)) return fail("frame of an unknown kind, " + std::to_string(kind));
  if (length > kMostWebFrameBytes) return fail("frame of " + std::to_string(length) + " bytes is too long");
  if (buffer_.size() - kHeaderBytes < length) {
    buffer_.reserve(kHeaderBytes + length);
    return std::nullopt;
  }
  WebFrame frame{FrameKind{kind}, {}};
  if (buffer_.size() == kHeaderBytes + length) {  // mostly: a document is not copied again
    buffer_.erase(0, kHeaderBytes);
    frame.body = std::exchange(buffer_, {});
  } else {
    frame.body = buffer_.substr(kHeaderBytes, length);
    buffer_.erase(0, kHeaderBytes + length);
  }
  return frame;
}

}  // namespace tmpfstrace
