// SPDX-License-Identifier: Apache-2.0
#include "model/utf8.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tmpfstrace {
namespace {

using nlohmann::json;

bool is_plain(std::string_view bytes) {
  return std::ranges::all_of(bytes, [](char c) { return c >= 0x20 && c < 0x7f; });
}

std::string valid(std::string_view bytes) {
  return json::parse(json(bytes).dump(-1, ' ', false, json::error_handler_t::replace)).get<std::string>();
}

}  // namespace

std::string printable_utf8(std::string_view bytes) {
  if (is_plain(bytes)) return std::string(bytes);
  const std::string text = valid(bytes);
  std::string printable;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    // U+0080 to U+009F, which terminals obey.
    const bool is_c1 = byte == 0xc2 && next >= 0x80 && next <= 0x9f;
    if (byte < 0x20 || byte == 0x7f || is_c1)
      fmt::format_to(std::back_inserter(printable), "\\x{:02x}", is_c1 ? next : byte);
    else
      printable += text[i];
    if (is_c1) ++i;
  }
  return printable;
}

}  // namespace tmpfstrace
