// SPDX-License-Identifier: Apache-2.0
#include "tui/row_filter.h"

#include <algorithm>

namespace tmpfstrace {
namespace {

char lower(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}

bool contains(std::string_view text, std::string_view part) {
  const auto same = [](char a, char b) { return lower(a) == lower(b); };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end() || part.empty();
}

}  // namespace

bool has_text(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return true;
  for (std::size_t at = 0; at <= pattern.size();) {
    const std::size_t bar = std::min(pattern.find('|', at), pattern.size());
    const std::string_view part = pattern.substr(at, bar - at);
    // "a|" while it is being typed is not yet anything else than "a".
    if (!part.empty() && contains(text, part)) return true;
    at = bar + 1;
  }
  return false;
}

}  // namespace tmpfstrace
