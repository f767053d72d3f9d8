// SPDX-License-Identifier: Apache-2.0
#include "export/html_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace tmpfstrace {
namespace {

constexpr char32_t kNoCharacter = 0xfffd;

// The character at the front, and how many bytes it takes.
struct Decoded {
  char32_t character;
  std::size_t size;
};

Decoded decode(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned first = at(0);
  if (first < 0x80) return {first, 1};
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  static constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (first < 0xc2 || first > 0xf4 || bytes.size() < size) return {kNoCharacter, 1};
  char32_t character = first & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((at(i) & 0xc0) != 0x80) return {kNoCharacter, 1};
    character = character << 6 | (at(i) & 0x3fU);
  }
  const bool surrogate = character >= 0xd800 && character <= 0xdfff;
  if (character < least[size] || character > 0x10ffff || surrogate) return {kNoCharacter, 1};
  return {character, size};
}

// Neither seen nor wanted in a name.
bool is_hidden(char32_t c) {
  struct Range {
    char32_t first, last;
  };
  static constexpr Range hidden[] = {{0x80, 0x9f},     {0xad, 0xad},     {0x61c, 0x61c},     {0x180b, 0x180f},
                                     {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},   {0xfe00, 0xfe0f},
                                     {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe0fff}, {0xe000, 0xf8ff}};
  return std::any_of(std::begin(hidden), std::end(hidden), [&](const Range& r) { return c >= r.first && c <= r.last; });
}

}  // namespace

std::string html_text(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const auto [character, size] = decode(bytes);
    switch (character) {
      case '&': text += "&amp;"; break;
      case '<': text += "&lt;"; break;
      case '>': text += "&gt;"; break;
      case '"': text += "&quot;"; break;
      case '\'': text += "&#39;"; break;
      case kNoCharacter: text += "\xef\xbf\xbd"; break;
      default:
        if (character < ' ' || character == 0x7f)
          text += fmt::format("\\x{:02x}", static_cast<std::uint32_t>(character));
        else if (is_hidden(character))
          text += fmt::format("\\u{{{:x}}}", static_cast<std::uint32_t>(character));
        else
          text.append(bytes.substr(0, size));
    }
    bytes.remove_prefix(size);
  }
  return text;
}

}  // namespace tmpfstrace
