// SPDX-License-Identifier: Apache-2.0
// What a table knows of a column; its cells come from the row.
#pragma once

#include <string_view>

#include "tui/text.h"

namespace tmpfstrace {

// The keys that sort by a column whatever its name is in this view.
enum class SortKey : unsigned char { None, Name, Used, Rate, Refused };

struct Column {
  std::string_view id = {};  // in the layout file; never changes
  std::string_view title = {};
  std::string_view meaning = {};  // one line, for the chooser
  int width = 0;                  // the least
  int max_width = 0;              // takes what room is left, up to this and to what its cells need
  int priority = 0;               // the highest is left out first where there is no room; 0 stays
  Align align = Align::Right;
  bool descending = true;  // the order that is of use first
  Cut cut = Cut::End;
  SortKey sort_key = SortKey::None;
  bool hidden = false;  // until the user chooses it
};

}  // namespace tmpfstrace
