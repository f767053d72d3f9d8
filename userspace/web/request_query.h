// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace tmpfstrace {

// "?replay=N" of /api/v1/events: 0 without a value (`text` absent); nothing when it is no number.
inline std::optional<std::size_t> parse_replay(std::optional<std::string_view> text) {
  if (!text) return 0;
  if (text->empty() || text->size() > 9) return std::nullopt;
  std::size_t number = 0;
  for (const char c : *text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + static_cast<std::size_t>(c - '0');
  }
  return number;
}

}  // namespace tmpfstrace
