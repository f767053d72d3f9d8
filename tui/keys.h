// SPDX-License-Identifier: Apache-2.0
// What the user did: key codes of our own, and the mouse.
#pragma once

#include <cstdint>
#include <optional>

namespace tmpfstrace {

// A Unicode character (a control character stands for itself), or one of the named keys, whose codes lie above all
// characters.
enum class Key : std::uint32_t {
  None = 0,
  Tab = '\t',
  Enter = '\n',
  Space = ' ',
  Up = 0x110000,
  Down,
  PageUp,
  PageDown,
  Home,
  End,
  BackTab,
  Backspace,
  Escape,
  F1,
  F3,
  F4,
  F5,
  F6,
  F10,
};

constexpr Key key_of(char character) { return static_cast<Key>(static_cast<unsigned char>(character)); }
constexpr Key ctrl_key(char letter) { return static_cast<Key>(static_cast<unsigned char>(letter) & 0x1f); }

struct MouseEvent {
  enum class Kind : std::uint8_t { Click, WheelUp, WheelDown };
  Kind kind = Kind::Click;
  int row = 0;  // from the top left corner, from 0
  int column = 0;
};

// One of the two; neither: something without a meaning.
struct Input {
  Key key = Key::None;
  std::optional<MouseEvent> mouse = {};
};

}  // namespace tmpfstrace
