// SPDX-License-Identifier: Apache-2.0
#include "tui/view_verdicts.h"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "tui/text.h"

namespace tmpfstrace {
namespace {

constexpr int kLeastRows = 12;     // below that the table needs them all
constexpr int kRowsToOneLine = 6;  // of the screen
constexpr std::size_t kMostLines = 8;

// Colour is not alone.
const char* mark_of(Severity severity) {
  return severity == Severity::critical ? "!! " : severity == Severity::warning ? "!  " : "   ";
}

Role role_of(Severity severity) {
  return severity == Severity::critical ? Role::Critical : severity == Severity::warning ? Role::Warning : Role::Dim;
}

// At blanks; a word that is longer than a line is cut by who draws it.
std::vector<std::string> wrap(const std::string& text, int width, Charset charset) {
  std::vector<std::string> lines;
  std::string line;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    const std::string longer = line.empty() ? word : fmt::format("{} {}", line, word);
    if (!line.empty() && text_width(longer, charset) > width) {
      lines.push_back(line);
      line = word;
    } else {
      line = longer;
    }
    at = end + 1;
  }
  lines.push_back(line);
  return lines;
}

}  // namespace

std::vector<VerdictLine> verdict_lines(const Snapshot& snapshot, GridSize size, Charset charset) {
  std::vector<VerdictLine> lines;
  if (size.rows < kLeastRows) return lines;
  const std::size_t most = std::min(static_cast<std::size_t>(size.rows / kRowsToOneLine), kMostLines);
  std::size_t begun = 0;
  bool cut = false;
  for (const Verdict& verdict : snapshot.verdicts) {
    if (lines.size() == most) break;
    ++begun;
    const char* mark = mark_of(verdict.severity);
    for (const std::string& text : wrap(verdict.sentence(), size.columns - 3, charset)) {
      cut = lines.size() == most;
      if (cut) break;
      lines.push_back({truncate_text(mark + text, size.columns, charset), role_of(verdict.severity)});
      mark = "   ";
    }
  }
  const std::size_t left = snapshot.verdicts.size() - begun;
  if (lines.empty() || (left == 0 && !cut)) return lines;
  // A sentence that goes on, and those that have no line at all.
  std::string more = cut ? charset == Charset::Utf8 ? " …" : " ~" : "";
  if (left != 0) more += fmt::format(" (+{})", left);
  std::string& last = lines.back().text;
  last = truncate_text(last, size.columns - text_width(more, charset), charset) + more;
  return lines;
}

}  // namespace tmpfstrace
