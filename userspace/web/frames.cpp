// SPDX-License-Identifier: Apache-2.0
#include "web/frames.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tmpfstrace {
namespace {

constexpr std::size_t kMostReserved = 4U << 20;  // before anything of it has come
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

Result<void> FrameReader::add(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!in_body_) {
      const std::size_t part = std::min(bytes.size(), kHeaderBytes - header_.size());
      header_.append(bytes.substr(0, part));
      bytes.remove_prefix(part);
      if (header_.size() < kHeaderBytes) return {};
      if (Result<void> begun = begin_body(); !begun) return begun;
    }
    const std::size_t part = std::min(bytes.size(), left_);
    frame_.body.append(bytes.substr(0, part));
    bytes.remove_prefix(part);
    left_ -= part;
    if (left_ > 0) return {};
    whole_.push_back(std::exchange(frame_, {}));
    in_body_ = false;
  }
  return {};
}

Result<void> FrameReader::begin_body() {
  std::uint32_t header[2];
  std::memcpy(header, header_.data(), sizeof header);
  header_.clear();
  const auto [kind, length] = header;
  if (!is_known(kind)) return fail("frame of an unknown kind, " + std::to_string(kind));
  if (length > kMostWebFrameBytes) return fail("frame of " + std::to_string(length) + " bytes is too long");
  frame_.kind = FrameKind{kind};
  frame_.body.reserve(std::min<std::size_t>(length, kMostReserved));
  left_ = length;
  in_body_ = true;
  return {};
}

std::optional<WebFrame> FrameReader::next() {
  if (whole_.empty()) return std::nullopt;
  WebFrame frame = std::move(whole_.front());
  whole_.pop_front();
  return frame;
}

}  // namespace tmpfstrace
