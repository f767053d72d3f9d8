// SPDX-License-Identifier: Apache-2.0
// Folds file names that differ only in what a counter, a clock or a random generator put there to one pattern.
//
// A pattern is a shell glob that matches every name folded to it: `*` stands for what was generated, and a character of
// a name that means something to a glob (* [ \) is written `?`. It is never longer than the name. Names are bytes and
// may be hostile: no text is too long, empty or malformed; the time is linear.
//
// Folded is: every run of digits, hexadecimal of 8 digits or more, UUIDs, base32 and base64 and the like from 5
// characters on where they look like no word. What is folded side by side becomes one star: `app-2026-11-29.log.3` is
// `app-*.log.*`. A random name of letters alone that could be a word stays: that is a guess, and no other is made.
#pragma once

#include <string>
#include <string_view>

namespace tmpfstrace {

std::string fold_name(std::string_view name);

// Each component folded.
std::string fold_path(std::string_view path);

// The glob that matches this name, or path, alone, or others only in place of a `?`.
std::string literal_glob(std::string_view name);

}  // namespace tmpfstrace
