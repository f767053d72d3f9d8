// SPDX-License-Identifier: Apache-2.0
#include "tui/text.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "tui/width_table.h"

namespace tmpfstrace {
namespace {

// ncurses holds a base and four marks in a cell; a longer pile of marks would also grow over its neighbours' lines.
constexpr int max_marks = 4;

struct Decoded {
  char32_t code = 0;
  std::size_t length = 1;
  bool valid = false;
};

Decoded decode_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() - at < length) return {};
  char32_t code = lead & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = (code << 6) | (byte(i) & 0x3fu);
  }
  constexpr std::array<char32_t, 5> smallest = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < smallest[length] || surrogate || code > 0x10ffff) return {};
  return {code, length, true};
}

template <std::size_t N>
bool in_ranges(const std::array<WidthRange, N>& ranges, char32_t code) {
  const auto after =
      std::upper_bound(ranges.begin(), ranges.end(), code, [](char32_t c, const WidthRange& r) { return c < r.first; });
  return after != ranges.begin() && code <= std::prev(after)->last;
}

// Characters that are drawn as nothing, or that change how others are drawn.
bool is_hidden(char32_t code) {
  constexpr std::array<WidthRange, 18> hidden = {{
      {0x0, 0x1f},         // controls
      {0x7f, 0xa0},        // DEL, C1 controls, no-break space
      {0xad, 0xad},        // soft hyphen
      {0x34f, 0x34f},      // grapheme joiner
      {0x61c, 0x61c},      // Arabic letter mark
      {0x115f, 0x1160},    // Hangul fillers
      {0x17b4, 0x17b5},    // Khmer inherent vowels
      {0x180b, 0x180f},    // Mongolian selectors
      {0x2000, 0x200f},    // spaces of odd widths, joiners, direction marks
      {0x2028, 0x202f},    // separators, direction embeddings and overrides
      {0x205f, 0x206f},    // invisible operators, direction isolates
      {0x3000, 0x3000},    // ideographic space
      {0x3164, 0x3164},    // Hangul filler
      {0xfe00, 0xfe0f},    // variation selectors: terminals disagree on the width they make
      {0xfeff, 0xfeff},    // byte order mark
      {0xffa0, 0xffa0},    // Hangul filler
      {0xfff0, 0xfffb},    // annotation
      {0x1d173, 0x1d17a},  // musical formatting
  }};
  const bool noncharacter = (code & 0xfffe) == 0xfffe || (code >= 0xfdd0 && code <= 0xfdef);
  // No space but the ASCII one: a name must not look like another.
  return in_ranges(hidden, code) || noncharacter || code == 0x1680 || (code >= 0xe0000 && code <= 0xe0fff);
}

int code_width(char32_t code) {
  if (code < 0x80) return 1;
  if (in_ranges(zero_width_ranges, code)) return 0;
  return in_ranges(double_width_ranges, code) ? 2 : 1;
}

std::string escape_code(char32_t code) {
  const auto value = static_cast<unsigned>(code);
  if (value < 0x100) return fmt::format("\\x{:02x}", value);
  return value < 0x10000 ? fmt::format("\\u{:04x}", value) : fmt::format("\\U{:06x}", value);
}

void append_ascii(std::vector<Cluster>& clusters, std::string_view text) {
  for (const char c : text) clusters.push_back({std::string(1, c), 1});
}

// The character that stands for what was cut.
Cluster cut_mark(Charset charset) { return {charset == Charset::Utf8 ? "…" : "~", 1}; }

int total_width(const std::vector<Cluster>& clusters) {
  int width = 0;
  for (const Cluster& cluster : clusters) width += cluster.width;
  return width;
}

// How many clusters, counted from `first` in steps of one, fit into `width` columns.
template <typename Iterator>
Iterator take(Iterator first, Iterator last, int width) {
  while (first != last && first->width <= width) width -= (first++)->width;
  return first;
}

// Most names are: a byte a column, and nothing to escape.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

std::string truncate_plain(std::string_view text, int width, Charset charset, Cut cut) {
  const auto room = static_cast<std::size_t>(width);
  if (text.size() <= room) return std::string(text);
  const std::size_t kept = room - 1;
  const std::size_t head = cut == Cut::End ? kept : cut == Cut::Start ? 0 : kept / 2;
  std::string result(text.substr(0, head));
  result += cut_mark(charset).text;
  result += text.substr(text.size() - (kept - head));
  return result;
}

}  // namespace

std::vector<Cluster> split_clusters(std::string_view text, Charset charset) {
  std::vector<Cluster> clusters;
  int marks = max_marks;  // nothing to combine with at the start
  for (std::size_t at = 0; at < text.size();) {
    const Decoded decoded = decode_at(text, at);
    const std::string_view bytes = text.substr(at, decoded.length);
    at += decoded.length;
    if (!decoded.valid) {
      append_ascii(clusters, escape_code(static_cast<unsigned char>(bytes.front())));
      marks = max_marks;
      continue;
    }
    const bool drawable = !is_hidden(decoded.code) && (charset == Charset::Utf8 || decoded.code < 0x80);
    const int width = code_width(decoded.code);
    if (drawable && width > 0) {
      clusters.push_back({std::string(bytes), width});
      marks = 0;
    } else if (drawable && marks < max_marks) {
      clusters.back().text += bytes;
      ++marks;
    } else {
      append_ascii(clusters, escape_code(decoded.code));
      marks = max_marks;
    }
  }
  return clusters;
}

std::string sanitize(std::string_view text, Charset charset) {
  std::string clean;
  for (const Cluster& cluster : split_clusters(text, charset)) clean += cluster.text;
  return clean;
}

int text_width(std::string_view text, Charset charset) {
  return is_plain(text) ? static_cast<int>(text.size()) : total_width(split_clusters(text, charset));
}

std::string truncate_text(std::string_view text, int width, Charset charset, Cut cut) {
  if (width <= 0) return {};
  if (is_plain(text)) return truncate_plain(text, width, charset, cut);
  const std::vector<Cluster> clusters = split_clusters(text, charset);
  const bool fits = total_width(clusters) <= width;
  const Cluster mark = cut_mark(charset);
  const int room = width - mark.width;
  const int head_room = fits ? width : cut == Cut::End ? room : cut == Cut::Start ? 0 : room / 2;
  const auto head = take(clusters.begin(), clusters.end(), head_room);

  std::string result;
  for (auto cluster = clusters.begin(); cluster != head; ++cluster) result += cluster->text;
  if (fits) return result;
  result += mark.text;
  const auto tail = take(clusters.rbegin(), clusters.rend(), room - head_room).base();
  for (auto cluster = tail; cluster != clusters.end(); ++cluster) result += cluster->text;
  return result;
}

std::string fit_text(std::string_view text, int width, Charset charset, Align align, Cut cut) {
  std::string result = truncate_text(text, width, charset, cut);
  const int missing = std::max(0, width - text_width(result, charset));
  const std::string padding(static_cast<std::size_t>(missing), ' ');
  return align == Align::Left ? result + padding : padding + result;
}

}  // namespace tmpfstrace
