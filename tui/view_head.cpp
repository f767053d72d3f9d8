// SPDX-License-Identifier: Apache-2.0
#include "tui/view_head.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "model/quantity_text.h"
#include "tui/format.h"
#include "tui/view_self.h"

namespace tmpfstrace {
namespace {

// Parts of one line, each with its role; what does not fit any more is cut, nothing is pushed off unseen.
class Line {
 public:
  Line(Grid& grid, int row) : grid_(grid), row_(row) {}

  int room() const { return grid_.columns() - at_; }

  void add(const std::string& text, Role role) {
    if (!text.empty()) at_ = grid_.put(row_, at_, truncate_text(text, room(), grid_.charset()), role);
  }

  // A part that is left out, with its gap, unless all of it fits.
  void add_whole(const std::string& text, Role role) {
    if (text.empty() || text_width(text, grid_.charset()) + 2 > room()) return;
    gap();
    add(text, role);
  }

  void gap() {
    if (at_ > 0) at_ += 2;
  }

 private:
  Grid& grid_;
  int row_;
  int at_ = 0;
};

// A replay must not be taken for the live host, nor its last picture for one that goes on.
std::string playback_text(const Playback& playback) {
  if (!playback.ended) return "REPLAY";
  return playback.damage.empty() ? "REPLAY END" : "REPLAY DAMAGED";
}

std::string longest_that_fits(const std::vector<std::string>& texts, int room, Charset charset) {
  for (const std::string& text : texts)
    if (text_width(text, charset) <= room) return text;
  return {};
}

// The screen stands still, and the host does not.
std::string paused_text(const std::optional<std::uint64_t>& behind_ns) {
  if (behind_ns.value_or(0) == 0) return "PAUSED";
  return "PAUSED, " + duration_in_words(*behind_ns) + " old";
}

void draw_title(Grid& grid, const Frame& frame, const ViewState& state) {
  const Snapshot& snapshot = *frame.snapshot;
  Line line(grid, 0);
  line.add("tmpfstrace", Role::Title);
  if (state.paused) {
    line.gap();
    line.add(paused_text(frame.behind_ns), Role::Warning);
  }
  if (frame.playback) {
    line.gap();
    line.add(playback_text(*frame.playback), Role::Warning);
  }
  line.add_whole(mode_name(snapshot.mode), snapshot.mode.name == "exact" ? Role::Good : Role::Warning);
  const std::string date_time = format_date_time(snapshot.realtime_ns);
  line.add_whole(line.room() < 26 ? format_clock(snapshot.realtime_ns) : date_time, Role::Normal);
  if (frame.playback && !frame.playback->damage.empty() && line.room() > 8) {
    line.gap();
    line.add(frame.playback->damage, Role::Warning);
  }
  if (snapshot.self)
    line.add_whole(longest_that_fits(self_texts(*snapshot.self), line.room() - 2, grid.charset()), Role::Dim);
  line.add_whole(snapshot.kernel, Role::Dim);
}

// As many whole sentences as there is room for, and how many more there are.
std::string blind_text(const std::vector<std::string>& blind, int room, Charset charset) {
  std::string text = fmt::format("{} not seen", blind.size());
  std::string listed;
  for (std::size_t i = 0; i < blind.size(); ++i) {
    listed += (i == 0 ? "not seen: " : "; ") + blind[i];
    const std::size_t more = blind.size() - i - 1;
    const std::string whole = more == 0 ? listed : fmt::format("{} (+{})", listed, more);
    if (text_width(whole, charset) <= room) text = whole;
  }
  return text + (text.ends_with("not seen") ? " (?)" : "");
}

// What says that numbers below are too small stands first, then what is not on the screen at all.
std::string incomplete_text(const Snapshot& snapshot) {
  const std::string lost = losses_text(snapshot, LossKind::Count);
  const std::string not_reached = losses_text(snapshot, LossKind::NotReached);
  std::string text;
  if (!lost.empty()) text = "LOST " + lost;
  if (!not_reached.empty()) text += (text.empty() ? "" : "  ") + ("NOT REACHED " + not_reached);
  return text;
}

void draw_mode(Grid& grid, const Snapshot& snapshot) {
  const Charset charset = grid.charset();
  const std::vector<std::string>& blind = snapshot.mode.blind;
  Line line(grid, 1);
  const std::string incomplete = incomplete_text(snapshot);
  if (!incomplete.empty()) {
    const int kept = blind.empty() ? 0 : 18;  // for "12 not seen (?)"
    line.add(truncate_text(incomplete, std::max(line.room() - kept, grid.columns() / 2), charset), Role::Warning);
  }
  if (!blind.empty()) {
    // Part of the line for the reason of the mode, where it explains why something is not seen.
    const int wanted = std::min(text_width(snapshot.mode.reason, charset), line.room() / 3) + 2;
    const std::string text = blind_text(blind, line.room() - 2 - wanted, charset);
    if (text_width(text, charset) + 2 <= line.room()) {
      line.gap();
      line.add(text, Role::Warning);
    }
  }
  if (line.room() > 8) {
    line.gap();
    line.add(snapshot.mode.reason, Role::Dim);
  }
}

std::string refused_text(const Totals& totals, bool with_start) {
  if (!totals.refusals) return std::string("refused ") + absent_text;
  return fmt::format("refused {}/s {}{}", format_rate(totals.refusals_per_second), format_count(totals.refusals),
                     with_start ? " since the start" : "");
}

// The long form where there is room: the sign of trouble must not be what is cut.
std::string drift_text(const Totals& totals, int room, Charset charset) {
  if (!totals.drift_bytes && !totals.drift_inodes) return std::string("ledger - statfs: ") + absent_text;
  const std::string bytes = format_bytes(totals.drift_bytes);
  const std::string inodes = totals.drift_inodes ? fmt::format("{}", *totals.drift_inodes) : absent_text;
  const std::string text = fmt::format("ledger - statfs: {}, {} inodes", bytes, inodes);
  return text_width(text, charset) <= room ? text : fmt::format("drift {} {}i", bytes, inodes);
}

// On a large host the kernel is asked about a part of the objects at each sample: how old the rest may be.
std::string age_text(const Snapshot& snapshot, bool whole) {
  std::uint64_t usage_ns = 0;
  std::uint64_t memory_ns = 0;
  for (const SuperblockView& view : snapshot.superblocks)
    usage_ns = std::max(usage_ns, view.info.usage_age_ns.value_or(0));
  for (const CgroupView& view : snapshot.cgroups) memory_ns = std::max(memory_ns, view.info.memory_age_ns.value_or(0));
  constexpr std::uint64_t second_ns = 1'000'000'000;
  const auto seconds = [](std::uint64_t age_ns) { return (age_ns + second_ns - 1) / second_ns; };
  std::string text;
  if (usage_ns != 0) text = fmt::format("statfs up to {} s old", seconds(usage_ns));
  if (memory_ns != 0) text += fmt::format("{}memory up to {} s old", text.empty() ? "" : ", ", seconds(memory_ns));
  return text.empty() || whole ? text : fmt::format("{} s old", seconds(std::max(usage_ns, memory_ns)));
}

constexpr int columns_for_memory = 118;

void draw_totals(Grid& grid, const Snapshot& snapshot) {
  const Totals& totals = snapshot.totals;
  const bool refused = totals.refusals_per_second.value_or(0) > 0;
  const bool drift = totals.drift_bytes.value_or(0) != 0 || totals.drift_inodes.value_or(0) != 0;
  Line line(grid, 2);
  line.add(fmt::format("tmpfs {}/{}", format_bytes(totals.used_bytes), format_bytes(totals.size_bytes)), Role::Normal);
  // All of it comes out of the node's memory, which is mostly less than the sizes together.
  if (snapshot.node && grid.columns() >= columns_for_memory)
    line.add(fmt::format(" of {} memory, {} left", format_bytes(std::optional(snapshot.node->total_bytes)),
                         format_bytes(std::optional(snapshot.node->available_bytes))),
             Role::Normal);
  line.gap();
  line.add(refused_text(totals, grid.columns() >= 100), refused ? Role::Critical : Role::Normal);
  line.gap();
  const std::string age = age_text(snapshot, grid.columns() >= 140);
  const int kept = age.empty() ? 0 : text_width(age, grid.charset()) + 2;
  line.add(drift_text(totals, line.room() - kept, grid.charset()), drift ? Role::Warning : Role::Normal);
  line.add_whole(age, Role::Warning);
}

}  // namespace

std::string mode_name(const Mode& mode) { return mode.hooks.empty() ? mode.name : mode.name + "/" + mode.hooks; }

std::string losses_text(const Snapshot& snapshot, LossKind kind) {
  std::string text;
  for (const auto& [name, count] : snapshot.losses) {
    if (count > 0 && loss_kind(name) == kind)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, format_count(count));
  }
  return text;
}

void draw_head(Grid& grid, const Frame& frame, const ViewState& state) {
  draw_title(grid, frame, state);
  draw_mode(grid, *frame.snapshot);
  draw_totals(grid, *frame.snapshot);
}

}  // namespace tmpfstrace
