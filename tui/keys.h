// SPDX-License-Identifier: Apache-2.0
// Key codes of our own and the one table that says what each key does: the key handler and the help view read it both.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tmpfstrace {

// A Unicode character, or one of the named keys, whose codes lie above all characters.
enum class Key : std::uint32_t {
  None = 0,
  Tab = '\t',
  Space = ' ',
  Up = 0x110000,
  Down,
  PageUp,
  PageDown,
  Home,
  End,
  BackTab,
  Escape,
  F1,
  F10,
};

constexpr Key key_of(char character) { return static_cast<Key>(static_cast<unsigned char>(character)); }

enum class Command : std::uint8_t {
  None,
  MoveUp,
  MoveDown,
  MovePageUp,
  MovePageDown,
  MoveFirst,
  MoveLast,
  ShowSuperblocks,
  ShowCgroups,
  ShowEvents,
  ShowFiles,
  NextView,
  PreviousView,
  SortNext,
  SortPrevious,
  Reverse,
  Pause,
  Help,
  Close,
  Quit,
};

struct KeyBinding {
  Command command;
  std::array<Key, 2> keys;  // Key::None where there is no second one
  std::string_view shown;
  std::string_view meaning;
};

inline constexpr std::array key_bindings = {
    KeyBinding{Command::MoveUp, {Key::Up, key_of('k')}, "Up, k", "select the row above"},
    KeyBinding{Command::MoveDown, {Key::Down, key_of('j')}, "Down, j", "select the row below"},
    KeyBinding{Command::MovePageUp, {Key::PageUp, Key::None}, "PgUp", "a page up"},
    KeyBinding{Command::MovePageDown, {Key::PageDown, Key::None}, "PgDn", "a page down"},
    KeyBinding{Command::MoveFirst, {Key::Home, key_of('g')}, "Home, g", "the first row"},
    KeyBinding{Command::MoveLast, {Key::End, key_of('G')}, "End, G", "the last row"},
    KeyBinding{Command::ShowSuperblocks, {key_of('1'), Key::None}, "1", "superblocks"},
    KeyBinding{Command::ShowCgroups, {key_of('2'), Key::None}, "2", "cgroups"},
    KeyBinding{Command::ShowEvents, {key_of('3'), Key::None}, "3", "refusal events"},
    KeyBinding{Command::ShowFiles, {key_of('4'), Key::None}, "4", "files, by name pattern"},
    KeyBinding{Command::NextView, {Key::Tab, Key::None}, "Tab", "the next view"},
    KeyBinding{Command::PreviousView, {Key::BackTab, Key::None}, "Shift-Tab", "the view before"},
    KeyBinding{Command::SortNext, {key_of('s'), key_of('>')}, "s, >", "sort by the next column"},
    KeyBinding{Command::SortPrevious, {key_of('<'), Key::None}, "<", "sort by the column before"},
    KeyBinding{Command::Reverse, {key_of('r'), Key::None}, "r", "reverse the order"},
    KeyBinding{Command::Pause, {key_of('p'), Key::Space}, "p, Space", "hold the screen still; counting goes on"},
    KeyBinding{Command::Help, {key_of('?'), Key::F1}, "?, F1", "this page"},
    KeyBinding{Command::Close, {Key::Escape, Key::None}, "Esc", "leave this page"},
    KeyBinding{Command::Quit, {key_of('q'), Key::F10}, "q, F10", "quit"},
};

constexpr Command command_of(Key key) {
  for (const KeyBinding& binding : key_bindings) {
    for (const Key bound : binding.keys) {
      if (key != Key::None && bound == key) return binding.command;
    }
  }
  return Command::None;
}

}  // namespace tmpfstrace
