// SPDX-License-Identifier: Apache-2.0
// The line at the foot of the screen in which the user writes. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "tui/keys.h"

namespace tmpfstrace {

enum class Prompt : std::uint8_t { None, Filter, FilterOut, Search, Interval };

struct PromptState {
  Prompt kind = Prompt::None;
  std::string text;         // UTF-8
  std::string before;       // what Escape brings back
  bool before_out = false;  // of a filter: RowFilter::out
  bool bad = false;         // what was accepted last has no meaning
};

enum class PromptEnd : std::uint8_t { Editing, Accepted, Cancelled };

// Takes characters, Backspace, ^U (all), ^W (a word), Enter and Escape.
PromptEnd edit_prompt(PromptState& prompt, Key key);

// "filter: ", "interval (500ms, 2s): "
const char* prompt_title(Prompt kind);

// "250ms", "2s", "2" (seconds), "1.5": within the limits of model/interval.h. Empty: it is none.
std::optional<std::chrono::milliseconds> parse_interval(const std::string& text);

}  // namespace tmpfstrace
