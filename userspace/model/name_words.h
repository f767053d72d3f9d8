// SPDX-License-Identifier: Apache-2.0
// The words of a file name (runs of ASCII letters and digits), and whether somebody chose them or a program made them.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace tmpfstrace {

enum class WordKind {
  Chosen,
  Counter,    // digits alone
  Suspected,  // too short to tell: generated if its neighbour is
  Generated,
};

struct NameWord {
  std::size_t begin = 0;
  std::size_t end = 0;
  WordKind kind = WordKind::Chosen;
  std::size_t kept = 0;  // characters at its begin that are always there: "tmp" of a generated word, all of "mp3"
};

std::vector<NameWord> split_name(std::string_view name);

// ASCII, whatever the locale is.
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace tmpfstrace
