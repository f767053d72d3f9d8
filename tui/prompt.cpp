// SPDX-License-Identifier: Apache-2.0
#include "tui/prompt.h"

#include <charconv>
#include <cmath>

#include "model/interval.h"

namespace tmpfstrace {
namespace {

constexpr std::size_t longest = 200;

void append_character(std::string& text, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { text += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | (code >> 6));
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3f));
    put(0x80 | ((code >> 6) & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

void remove_character(std::string& text) {
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80) text.pop_back();
  if (!text.empty()) text.pop_back();
}

void remove_word(std::string& text) {
  while (!text.empty() && text.back() == ' ') text.pop_back();
  while (!text.empty() && text.back() != ' ') text.pop_back();
}

bool is_character(Key key) {
  const auto code = static_cast<std::uint32_t>(key);
  return code >= 0x20 && code != 0x7f && code < 0x110000 && (code < 0x80 || code >= 0xa0) &&
         (code < 0xd800 || code > 0xdfff);
}

}  // namespace

PromptEnd edit_prompt(PromptState& prompt, Key key) {
  prompt.bad = false;
  if (key == Key::Enter || key == static_cast<Key>('\r')) return PromptEnd::Accepted;
  if (key == Key::Escape || key == ctrl_key('g')) return PromptEnd::Cancelled;
  if (key == Key::Backspace || key == static_cast<Key>(0x7f) || key == ctrl_key('h')) {
    remove_character(prompt.text);
  } else if (key == ctrl_key('u')) {
    prompt.text.clear();
  } else if (key == ctrl_key('w')) {
    remove_word(prompt.text);
  } else if (is_character(key) && prompt.text.size() < longest) {
    append_character(prompt.text, static_cast<std::uint32_t>(key));
  }
  return PromptEnd::Editing;
}

const char* prompt_title(Prompt kind) {
  switch (kind) {
    case Prompt::None: return "";
    case Prompt::Filter: return "show rows with: ";
    case Prompt::FilterOut: return "show rows without: ";
    case Prompt::Search: return "find: ";
    case Prompt::Interval: return "interval (500ms, 2s): ";
  }
  return "";
}

std::optional<std::chrono::milliseconds> parse_interval(const std::string& text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || !std::isfinite(number)) return std::nullopt;
  const std::string unit(rest, end);
  if (unit != "ms" && unit != "s" && !unit.empty()) return std::nullopt;
  const double ms = unit == "ms" ? number : number * 1000;
  if (ms < static_cast<double>(shortest_interval.count()) || ms > static_cast<double>(longest_interval.count()))
    return std::nullopt;
  return std::chrono::milliseconds(std::llround(ms));
}

}  // namespace tmpfstrace
