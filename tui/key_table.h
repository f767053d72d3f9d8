// SPDX-License-Identifier: Apache-2.0
// The one table that says what each key does: the key handler and the help page read it both.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "tui/keys.h"

namespace tmpfstrace {

enum class Command : std::uint8_t {
  None,
  MoveUp,
  MoveDown,
  MovePageUp,
  MovePageDown,
  MoveFirst,
  MoveLast,
  Open,
  Close,
  ShowSuperblocks,
  ShowCgroups,
  ShowEvents,
  ShowFiles,
  ShowProcesses,
  ShowNotices,
  NextView,
  PreviousView,
  Filter,
  FilterOut,
  Search,
  NextMatch,
  PreviousMatch,
  SortNext,
  SortPrevious,
  SortByName,
  SortByUsed,
  SortByRate,
  SortByRefused,
  Reverse,
  Tree,
  Unfold,
  Fold,
  FoldAll,
  ShorterWindow,
  LongerWindow,
  Columns,
  Copy,
  Interval,
  Pause,
  PlayOrPause,
  StepForward,
  StepBack,
  NextEvent,
  PreviousEvent,
  FirstRefusal,
  PlayFromStart,
  Slower,
  Faster,
  Mouse,
  Repaint,
  Help,
  Quit,
};

// A live host and a recording have keys of their own, and two of them mean something else.
enum class When : std::uint8_t { Always, Live, Replay };

struct KeyBinding {
  Command command;
  std::array<Key, 4> keys;  // Key::None where there are fewer
  std::string_view shown;
  std::string_view meaning;
  When when = When::Always;
};

inline constexpr std::array key_bindings = {
    KeyBinding{Command::MoveUp, {Key::Up, key_of('k')}, "Up, k", "select the row above"},
    KeyBinding{Command::MoveDown, {Key::Down, key_of('j')}, "Down, j", "select the row below"},
    KeyBinding{Command::MovePageUp, {Key::PageUp, ctrl_key('b')}, "PgUp, ^B", "a page up"},
    KeyBinding{Command::MovePageDown, {Key::PageDown, ctrl_key('f')}, "PgDn, ^F", "a page down"},
    KeyBinding{Command::MoveFirst, {Key::Home, key_of('g')}, "Home, g", "the first row"},
    KeyBinding{Command::MoveLast, {Key::End, key_of('G')}, "End, G", "the last row"},
    KeyBinding{Command::Open, {Key::Enter, static_cast<Key>('\r')}, "Enter", "everything about the selected row"},
    KeyBinding{Command::Close, {Key::Escape}, "Esc", "back; in a table: no filter"},
    KeyBinding{Command::ShowSuperblocks, {key_of('1')}, "1", "superblocks"},
    KeyBinding{Command::ShowCgroups, {key_of('2')}, "2", "cgroups"},
    KeyBinding{Command::ShowEvents, {key_of('3')}, "3", "refusal events"},
    KeyBinding{Command::ShowFiles, {key_of('4')}, "4", "files, by name pattern"},
    KeyBinding{Command::ShowProcesses, {key_of('5')}, "5", "processes that make files or are refused"},
    KeyBinding{Command::ShowNotices, {key_of('6')}, "6", "log: what was found, and what watching itself met"},
    KeyBinding{Command::NextView, {Key::Tab}, "Tab", "the next view"},
    KeyBinding{Command::PreviousView, {Key::BackTab}, "Shift-Tab", "the view before"},
    KeyBinding{Command::Filter, {key_of('/'), Key::F4}, "/, F4", "show rows with this text alone; a|b: one of them"},
    KeyBinding{Command::FilterOut, {key_of('\\'), key_of('!')}, "\\, !", "show rows without this text alone"},
    KeyBinding{Command::Search, {Key::F3}, "F3", "select the next row with a text"},
    KeyBinding{Command::NextMatch, {key_of('n')}, "n", "the next row with that text"},
    KeyBinding{Command::PreviousMatch, {key_of('N')}, "N", "the row before with that text"},
    KeyBinding{Command::SortNext, {key_of('s'), key_of('>'), Key::F6}, "s, >, F6", "sort by the next column"},
    KeyBinding{Command::SortPrevious, {key_of('<')}, "<", "sort by the column before"},
    KeyBinding{Command::SortByName, {key_of('O')}, "O", "sort by owner or name"},
    KeyBinding{Command::SortByUsed, {key_of('U')}, "U", "sort by what is used"},
    KeyBinding{Command::SortByRate, {key_of('A')}, "A", "sort by what is added a second"},
    KeyBinding{Command::SortByRefused, {key_of('R')}, "R", "sort by refusals"},
    KeyBinding{Command::Reverse, {key_of('r'), key_of('I')}, "r, I", "reverse the order"},
    KeyBinding{Command::Tree, {Key::F5, key_of('t')}, "t, F5", "cgroups as a tree, or as a list", When::Live},
    KeyBinding{Command::Tree, {Key::F5}, "F5", "cgroups as a tree, or as a list", When::Replay},
    KeyBinding{Command::Unfold, {key_of('+'), key_of('=')}, "+", "unfold the selected cgroup"},
    KeyBinding{Command::Fold, {key_of('-')}, "-", "fold it, or the one that it lies in"},
    KeyBinding{Command::FoldAll, {key_of('*')}, "*", "fold or unfold all"},
    KeyBinding{Command::ShorterWindow, {key_of('[')}, "[", "details: a shorter history"},
    KeyBinding{Command::LongerWindow, {key_of(']')}, "]", "details: a longer history"},
    KeyBinding{Command::Columns, {key_of('c'), key_of('C')}, "c", "choose the columns"},
    KeyBinding{Command::Copy, {key_of('y')}, "y", "the row as JSON, also to the clipboard (OSC 52)"},
    KeyBinding{Command::Interval, {key_of('d')}, "d", "another interval between samples", When::Live},
    KeyBinding{Command::Pause,
               {key_of('p'), key_of('Z'), Key::Space},
               "p, Z, Space",
               "hold the screen still; counting goes on",
               When::Live},
    KeyBinding{Command::PlayOrPause,
               {key_of('p'), key_of('Z'), Key::Space},
               "p, Z, Space",
               "play the recording, or pause",
               When::Replay},
    KeyBinding{Command::StepForward, {key_of('t')}, "t", "one sample on", When::Replay},
    KeyBinding{Command::StepBack, {key_of('T')}, "T", "one sample back", When::Replay},
    KeyBinding{Command::NextEvent, {key_of('e')}, "e", "to the next refusal or change of a limit", When::Replay},
    KeyBinding{Command::PreviousEvent, {key_of('E')}, "E", "to the one before", When::Replay},
    KeyBinding{Command::FirstRefusal, {key_of('F')}, "F", "to the first refusal", When::Replay},
    KeyBinding{Command::PlayFromStart, {key_of('0')}, "0", "to the start of the recording", When::Replay},
    KeyBinding{Command::Slower, {key_of('{')}, "{", "play half as fast", When::Replay},
    KeyBinding{Command::Faster, {key_of('}')}, "}", "play twice as fast", When::Replay},
    KeyBinding{Command::Mouse, {key_of('m')}, "m", "mouse for us, or for the terminal to mark text with"},
    KeyBinding{Command::Repaint, {ctrl_key('l')}, "^L", "draw the screen anew"},
    KeyBinding{Command::Help, {key_of('?'), key_of('h'), Key::F1}, "?, h, F1", "this page"},
    KeyBinding{Command::Quit, {key_of('q'), Key::F10}, "q, F10", "quit"},
};

constexpr bool is_bound(const KeyBinding& binding, bool replay) {
  return binding.when == When::Always || (binding.when == When::Replay) == replay;
}

constexpr Command command_of(Key key, bool replay) {
  for (const KeyBinding& binding : key_bindings) {
    if (!is_bound(binding, replay)) continue;
    for (const Key bound : binding.keys) {
      if (key != Key::None && bound == key) return binding.command;
    }
  }
  return Command::None;
}

}  // namespace tmpfstrace
