// SPDX-License-Identifier: Apache-2.0
#include "tui/clipboard.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace tmpfstrace {
namespace {

std::string base64(std::string_view text) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, text.size() - at);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) bits = bits << 8 | (i < count ? static_cast<unsigned char>(text[at + i]) : 0u);
    for (std::size_t i = 0; i < 4; ++i) out += i <= count ? digits[bits >> (18 - 6 * i) & 63] : '=';
  }
  return out;
}

}  // namespace

bool takes_clipboard(std::string_view terminal_type) {
  constexpr std::array<std::string_view, 7> known = {"xterm", "tmux", "foot", "alacritty", "rxvt", "wezterm", "kitty"};
  for (const std::string_view name : known)
    if (terminal_type.starts_with(name)) return true;
  // tmux gives its sessions out as screen, and takes the sequence; screen itself drops what it does not know.
  return terminal_type.starts_with("screen");
}

std::string clipboard_sequence(std::string_view text) { return "\x1b]52;c;" + base64(text) + "\x07"; }

}  // namespace tmpfstrace
