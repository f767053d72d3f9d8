// SPDX-License-Identifier: Apache-2.0
#include "tui/view_timeline.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "tui/format.h"

namespace tmpfstrace {
namespace {

constexpr std::uint64_t day_ns = 86'400'000'000'000;
constexpr int least_bar = 12;  // with its brackets

struct Part {
  std::string text;
  Role role = Role::Normal;
  int rank = 0;  // the highest is left out first
};

Part sign(const Playback& playback, Charset charset) {
  const bool utf8 = charset == Charset::Utf8;
  if (playback.ended) return {utf8 ? "■" : "#", Role::Warning};
  if (playback.paused) return {utf8 ? "‖" : "=", Role::Warning};
  return {utf8 ? "▶" : ">", Role::Good};
}

std::string speed_text(double speed) {
  const double slow = 1 / speed;
  return speed < 1 && slow == std::round(slow) ? fmt::format("x1/{:g}", slow) : fmt::format("x{:.4g}", speed);
}

// Its day where that is not the one of the sample.
std::string end_text(std::uint64_t end_ns, std::uint64_t realtime_ns) {
  const auto days = static_cast<std::int64_t>(end_ns / day_ns) - static_cast<std::int64_t>(realtime_ns / day_ns);
  return format_clock(end_ns) + (days == 0 ? "" : fmt::format(" {:+}d", days));
}

std::string count_text(const Playback& playback) {
  if (playback.outline == nullptr) return fmt::format("{}", playback.position + 1);
  // A recording may have grown since it was outlined.
  const std::uint64_t total = std::max<std::uint64_t>(playback.outline->samples.size(), playback.position + 1);
  return fmt::format("{}/{}", playback.position + 1, total);
}

std::string percent_text(double ratio) { return fmt::format("{}%", static_cast<int>(std::clamp(ratio, 0., 1.) * 100)); }

std::vector<Part> parts_behind(const Playback& playback, std::uint64_t realtime_ns) {
  std::vector<Part> parts;
  if (playback.end_ns) parts.push_back({end_text(*playback.end_ns, realtime_ns), Role::Normal, 2});
  parts.push_back({count_text(playback), Role::Dim, 3});
  if (playback.seeking) {
    parts.push_back({"seeking " + percent_text(*playback.seeking), Role::Warning});
  } else if (playback.reading) {
    parts.push_back({"reading " + percent_text(*playback.reading), Role::Dim, 4});
  }
  return parts;
}

int width_of(const std::vector<Part>& parts, Charset charset) {
  int width = 0;
  for (const Part& part : parts) width += text_width(part.text, charset) + 1;
  return width;
}

// False: what is left cannot be left out.
bool leave_out_one(std::vector<Part>& before, std::vector<Part>& behind) {
  const auto is_lower = [](const Part& a, const Part& b) { return a.rank < b.rank; };
  std::vector<Part>* from = nullptr;
  int highest = 0;
  for (std::vector<Part>* parts : {&before, &behind}) {
    const auto found = std::max_element(parts->begin(), parts->end(), is_lower);
    if (found == parts->end() || found->rank <= highest) continue;
    highest = found->rank;
    from = parts;
  }
  if (from == nullptr) return false;
  from->erase(std::max_element(from->begin(), from->end(), is_lower));
  return true;
}

// By time, so that a pause of the host is seen.
class Scale {
 public:
  Scale(const Playback& playback, int cells)
      : begin_ns_(playback.begin_ns), end_ns_(playback.end_ns.value_or(0)), cells_(cells) {}

  std::size_t cell(std::uint64_t realtime_ns) const {
    if (end_ns_ <= begin_ns_ || realtime_ns <= begin_ns_) return 0;  // somebody has set the clock
    const double part =
        static_cast<double>(std::min(realtime_ns, end_ns_) - begin_ns_) / static_cast<double>(end_ns_ - begin_ns_);
    return static_cast<std::size_t>(part * (cells_ - 1) + 0.5);
  }

 private:
  std::uint64_t begin_ns_;
  std::uint64_t end_ns_;
  int cells_;
};

void draw_bar(Grid& grid, int row, int column, int width, const Playback& playback, std::uint64_t realtime_ns) {
  const bool utf8 = grid.charset() == Charset::Utf8;
  const Scale scale(playback, width - 2);
  const std::size_t position = scale.cell(realtime_ns);
  std::vector<char> marks(static_cast<std::size_t>(width - 2), '-');
  const RecordingOutline& outline = *playback.outline;
  for (std::size_t i = 1; i < outline.samples.size(); ++i) {
    if (!outline.is_event(i)) continue;
    char& mark = marks[scale.cell(outline.samples[i].realtime_ns)];
    const bool refused = outline.samples[i].events > 0 || outline.refusals_rose(i);
    if (mark != '!') mark = refused ? '!' : '*';
  }
  column = grid.put(row, column, "[");
  for (std::size_t i = 0; i < marks.size(); ++i) {
    if (i == position) {
      column = grid.put(row, column, utf8 ? "┃" : "|", Role::Title);
    } else if (marks[i] == '-') {
      column = grid.put(row, column, utf8 ? "─" : "-", i < position ? Role::Normal : Role::Dim);
    } else {
      column = grid.put(row, column, std::string(1, marks[i]), marks[i] == '!' ? Role::Critical : Role::Warning);
    }
  }
  grid.put(row, column, "]");
}

}  // namespace

void draw_timeline(Grid& grid, int row, const Playback& playback, std::uint64_t realtime_ns) {
  const Charset charset = grid.charset();
  std::vector<Part> before = {sign(playback, charset),
                              {format_clock(realtime_ns), Role::Normal, 0},
                              {speed_text(playback.speed), playback.speed == 1 ? Role::Dim : Role::Normal, 1}};
  std::vector<Part> behind = parts_behind(playback, realtime_ns);
  const bool has_bar = playback.outline != nullptr && playback.end_ns;
  int room = 0;
  do {
    room = grid.columns() - width_of(before, charset) - width_of(behind, charset);
  } while (room < (has_bar ? least_bar : 0) && leave_out_one(before, behind));
  int column = 0;
  for (const Part& part : before) column = grid.put(row, column, part.text, part.role) + 1;
  if (has_bar && room >= least_bar) {
    draw_bar(grid, row, column, room, playback, realtime_ns);
    column += room + 1;
  }
  for (const Part& part : behind) column = grid.put(row, column, part.text, part.role) + 1;
}

}  // namespace tmpfstrace
