// SPDX-License-Identifier: Apache-2.0
// Text over the whole screen: help, details. Lines of parts, each with its role. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "tui/grid.h"
#include "tui/text.h"

namespace tmpfstrace {

struct PagePart {
  std::string text;
  Role role = Role::Normal;
};
using PageLine = std::vector<PagePart>;

class PageText {
 public:
  PageText(int columns, Charset charset) : columns_(columns < 1 ? 1 : columns), charset_(charset) {}

  int columns() const { return columns_; }
  Charset charset() const { return charset_; }

  void title(const std::string& text);

  // Broken between words where it is too long; further lines are indented like the text.
  void text(const std::string& lead, const std::string& text, Role role = Role::Normal);

  void add(PageLine line) { lines_.push_back(std::move(line)); }
  void add(std::vector<PageLine> lines) {
    for (PageLine& line : lines) lines_.push_back(std::move(line));
  }

  std::vector<PageLine> take() { return std::move(lines_); }

 private:
  int columns_;
  Charset charset_;
  std::vector<PageLine> lines_;
};

// The lines from `first` on.
void draw_page(Grid& grid, int top, int rows, const std::vector<PageLine>& lines, std::size_t first);

}  // namespace tmpfstrace
