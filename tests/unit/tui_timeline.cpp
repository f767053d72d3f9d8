// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <memory>
#include <string>

#include "tui/view_timeline.h"

using namespace tmpfstrace;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::uint64_t noon = 1'776'513'600 * second;  // 2026-04-18 12:00:00 UTC

Playback played(std::size_t samples, std::size_t position) {
  auto outline = std::make_shared<RecordingOutline>();
  for (std::size_t i = 0; i < samples; ++i) outline->samples.push_back({noon + i * second, 0, 0, false});
  Playback playback;
  playback.position = position;
  playback.begin_ns = noon;
  playback.end_ns = outline->samples.back().realtime_ns;
  playback.outline = std::move(outline);
  return playback;
}

Playback marked() {
  Playback playback = played(61, 30);
  RecordingOutline outline = *playback.outline;
  outline.samples[10].limits_changed = true;
  for (std::size_t i = 20; i < 61; ++i) outline.samples[i].refused = 5;
  outline.samples[60].events = 2;
  playback.outline = std::make_shared<const RecordingOutline>(std::move(outline));
  return playback;
}

Grid timeline(const Playback& playback, int columns, Charset charset = Charset::Ascii) {
  Grid grid({2, columns}, charset);
  draw_timeline(grid, 1, playback, playback.begin_ns + playback.position * second);
  return grid;
}

std::string text(const Playback& playback, int columns, Charset charset = Charset::Ascii) {
  std::string row = timeline(playback, columns, charset).row_text(1);
  row.erase(row.find_last_not_of(' ') + 1);
  return row;
}

}  // namespace

TEST_CASE("a time line has the position, the refusals and the changed limits", "[tui][timeline]") {
  // A bar of 31 cells: one for two seconds.
  CHECK(text(marked(), 62) == "> 12:00:30 x1 [-----*----!----|--------------!] 12:01:00 31/61");
  CHECK(text(marked(), 62, Charset::Utf8) == "▶ 12:00:30 x1 [─────*────!────┃──────────────!] 12:01:00 31/61");
}

TEST_CASE("a time line fills its row and says more where there is room", "[tui][timeline]") {
  Playback playback = marked();
  CHECK(text(playback, 40) == "> 12:00:30 x1 [--*--!-|------!] 12:01:00");
  for (int columns = 40; columns <= 400; ++columns) {
    const std::string row = text(playback, columns);
    CHECK(row.size() == static_cast<std::size_t>(columns));
    CHECK_THAT(row, Contains("!") && Contains("|") && Contains("12:00:30"));
  }
  playback.seeking = 0.409;
  for (int columns = 40; columns <= 400; ++columns)
    CHECK_THAT(text(playback, columns), Contains("12:00:30") && Contains("|") && EndsWith("seeking 40%"));
  CHECK_THAT(text(playback, 40), !Contains("31/61"));
  CHECK_THAT(text(playback, 80), Contains("12:01:00 31/61 seeking 40%"));
}

TEST_CASE("what a replay does", "[tui][timeline]") {
  Playback playback = played(10, 3);
  CHECK_THAT(text(playback, 80), StartsWith("> 12:00:03"));
  playback.paused = true;
  CHECK_THAT(text(playback, 80), StartsWith("= 12:00:03"));
  CHECK_THAT(text(playback, 80, Charset::Utf8), StartsWith("‖ 12:00:03"));
  playback = played(10, 9);
  playback.ended = true;
  CHECK_THAT(text(playback, 80), StartsWith("# 12:00:09") && Contains("-|] 12:00:09 10/10"));
  CHECK_THAT(text(playback, 80, Charset::Utf8), StartsWith("■ 12:00:09"));
}

TEST_CASE("the speed of a replay", "[tui][timeline]") {
  const auto [speed, expected] = GENERATE(table<double, std::string>(
      {{1, " x1 "}, {4096, " x4096 "}, {0.5, " x1/2 "}, {1.0 / 64, " x1/64 "}, {0.3, " x0.3 "}, {2.5, " x2.5 "}}));
  Playback playback = played(10, 3);
  playback.speed = speed;
  CHECK_THAT(text(playback, 80), Contains(expected));
}

TEST_CASE("a recording that is not known to its end has no bar", "[tui][timeline]") {
  Playback playback;
  playback.begin_ns = noon;
  playback.position = 3;
  CHECK(text(playback, 80) == "> 12:00:03 x1 4");
  playback.reading = 0.25;
  CHECK(text(playback, 80) == "> 12:00:03 x1 4 reading 25%");
  playback.seeking = 0;
  CHECK(text(playback, 80) == "> 12:00:03 x1 4 seeking 0%");
}

TEST_CASE("an end on another day, a clock that was set, and one sample", "[tui][timeline]") {
  Playback playback = played(2, 0);
  playback.end_ns = noon + 2 * 86'400 * second;
  CHECK_THAT(text(playback, 80), Contains("] 12:00:00 +2d 1/2"));
  playback.end_ns = noon - second;
  CHECK_THAT(text(playback, 80), Contains("[|---"));
  CHECK_THAT(text(played(1, 0), 80), Contains("[|---") && Contains("1/1"));
  playback = played(5, 7);  // it has grown
  CHECK_THAT(text(playback, 80), Contains("8/8"));
}

TEST_CASE("the roles of a time line", "[tui][timeline]") {
  const Grid grid = timeline(marked(), 71);
  const auto role_of = [&](const std::string& cell) {
    for (int column = 15; column < grid.columns(); ++column)
      if (grid.at(1, column).text == cell) return grid.at(1, column).role;
    return Role::Selected;
  };
  CHECK(role_of("!") == Role::Critical);
  CHECK(role_of("*") == Role::Warning);
  CHECK(role_of("|") == Role::Title);
}

TEST_CASE("a time line in no room does no harm", "[tui][timeline]") {
  for (int columns = 0; columns < 40; ++columns) timeline(marked(), columns, Charset::Utf8);
  Grid none({0, 80}, Charset::Ascii);
  draw_timeline(none, 0, marked(), noon);
}
