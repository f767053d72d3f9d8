// SPDX-License-Identifier: Apache-2.0
// Which rows have a text. Pure.
#pragma once

#include <string>
#include <string_view>

namespace tmpfstrace {

// Letters of ASCII match in either case. "a|b": one of the two is enough; an empty pattern is in every text.
bool has_text(std::string_view text, std::string_view pattern);

struct RowFilter {
  std::string pattern;  // empty: every row
  bool out = false;     // the rows without it
  bool lets_through(std::string_view text) const { return pattern.empty() || has_text(text, pattern) != out; }
  bool operator==(const RowFilter&) const = default;
};

}  // namespace tmpfstrace
