// SPDX-License-Identifier: Apache-2.0
// gzip of a shared text and a tail of its own for each request: the text is compressed once, and ends on a byte and
// without a back reference, so that any tail can follow it in the same stream.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tmpfstrace {

struct GzipHead {
  std::string bytes;
  std::uint32_t crc = 0;
  std::uint64_t length = 0;  // of the text
};

GzipHead gzip_head(std::string_view text);
// What follows the head: the tail, compressed, and the end of the stream.
std::string gzip_tail(const GzipHead& head, std::string_view tail);

}  // namespace tmpfstrace
