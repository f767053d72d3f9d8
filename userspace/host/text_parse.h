// SPDX-License-Identifier: Apache-2.0
// Small parsers of the kernel's text formats. Pure; what does not parse is absent, never 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace tmpfstrace {

// The whole text must be digits of the base: no sign, no blank, no overflow.
std::optional<std::uint64_t> parse_u64(std::string_view text, int base = 10);

// The text without blanks and line ends on both sides.
std::string_view trim(std::string_view text);

// Takes the next line off the front of text; false when nothing is left. A last line without '\n' counts.
bool take_line(std::string_view& text, std::string_view& line);

// Takes the next word (separated by blanks or tabs) off the front of line; false when none is left.
bool take_word(std::string_view& line, std::string_view& word);

// Does text contain word, bounded by white space or the ends?
bool has_word(std::string_view text, std::string_view word);

// The value of "key value" lines (memory.stat) or "Key:\tvalue" lines (status, fdinfo; key without the colon).
std::optional<std::string_view> find_value(std::string_view text, std::string_view key);

// Undoes mangle_path(), in place: the kernel writes blank, tab, newline, backslash and '#' as \ooo. Returns what is
// left, the front of text.
std::string_view unescape_octal(std::span<char> text);

// A process id as a directory name of /proc.
std::optional<std::int32_t> parse_pid(std::string_view name);

}  // namespace tmpfstrace
