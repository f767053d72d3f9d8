// SPDX-License-Identifier: Apache-2.0
// Text that may come from anyone: what of it can be drawn, how many columns it takes, and how it is cut.
//
// Names of files, cgroups, mount points and processes are chosen by the processes that are watched. Only what this
// file lets through may reach a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tmpfstrace {

// What the terminal can draw. Ascii: the locale is not UTF-8, everything else is written as an escape.
enum class Charset { Ascii, Utf8 };

// What one or two cells hold: a base character with the marks that combine with it, UTF-8.
struct Cluster {
  std::string text;
  int width = 1;
};

// Cuts text into clusters. Control characters, invalid UTF-8, direction overrides, invisible characters and marks
// with nothing to combine with come out as ASCII escapes (\x1b, \u202e), one cluster a character. A backslash stays
// as it is: systemd's cgroup names are full of them, and an escape that a name spells itself does no harm.
std::vector<Cluster> split_clusters(std::string_view text, Charset charset);

// The same, as one string. Sanitising twice changes nothing.
std::string sanitize(std::string_view text, Charset charset);

// Columns that the sanitised text takes.
int text_width(std::string_view text, Charset charset);

enum class Cut { End, Start, Middle };

// At most `width` columns of the sanitised text; what was cut is marked by one character. Paths are cut at the start
// or in the middle: their ends tell them apart.
std::string truncate_text(std::string_view text, int width, Charset charset, Cut cut = Cut::End);

enum class Align { Left, Right };

// Exactly `width` columns: cut or padded.
std::string fit_text(std::string_view text, int width, Charset charset, Align align = Align::Left, Cut cut = Cut::End);

}  // namespace tmpfstrace
