// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "tui/sparkline.h"
#include "tui/tracks.h"
#include "tui_samples.h"

using namespace tmpfstrace;
using namespace tmpfstrace::tui_test;
using Values = std::vector<std::optional<double>>;

namespace {

TrackPoint point(std::uint64_t seconds, double used, double allocated) {
  TrackPoint point{seconds * second, {}};
  point.values[static_cast<std::size_t>(Quantity::UsedBytes)] = used;
  point.values[static_cast<std::size_t>(Quantity::AllocatedBytes)] = allocated;
  return point;
}

}  // namespace

TEST_CASE("a track gives a gauge as it was and a counter as a rate", "[tui][tracks]") {
  Track track;
  for (std::uint64_t at = 10; at <= 14; ++at)
    track.add(point(at, 100.0 * static_cast<double>(at), 1000 + 50.0 * static_cast<double>(at * at)), 100);
  CHECK(track.resample(Quantity::UsedBytes, 10 * second, 14 * second, 4) == Values{1100, 1200, 1300, 1400});
  CHECK(track.resample(Quantity::UsedBytes, 8 * second, 12 * second, 4) == Values{{}, 1000, 1100, 1200});
  CHECK(track.resample(Quantity::UsedBytes, 12 * second, 16 * second, 4) == Values{1300, 1400, {}, {}});
  // 50 (t² - (t-1)²) a second
  CHECK(track.resample(Quantity::AllocatedBytes, 10 * second, 14 * second, 4) == Values{1050, 1150, 1250, 1350});
  CHECK(track.resample(Quantity::Refused, 10 * second, 14 * second, 2) == Values{{}, {}});
  CHECK(track.resample(Quantity::UsedBytes, 10 * second, 10 * second, 2) == Values{{}, {}});
}

TEST_CASE("what rests costs two points, and is known all the while", "[tui][tracks]") {
  Track track;
  for (std::uint64_t at = 1; at <= 1000; ++at) track.add(point(at, 7, 1), 100);
  CHECK(track.size() == 2);
  track.add(point(1001, 9, 1), 100);
  CHECK(track.resample(Quantity::UsedBytes, 500 * second, 1002 * second, 2) == Values{7, {}});
  CHECK(track.resample(Quantity::UsedBytes, 999 * second, 1001 * second, 2) == Values{7, 9});
}

TEST_CASE("a track is bounded, and reaches back to its first point", "[tui][tracks]") {
  Track track;
  for (std::uint64_t at = 1; at <= 5000; ++at) track.add(point(at, static_cast<double>(at % 97), 0), 64);
  CHECK(track.size() <= 64);
  CHECK(track.resample(Quantity::UsedBytes, 0, second, 1) == Values{1});
  CHECK(track.resample(Quantity::UsedBytes, 4999 * second, 5000 * second, 1) == Values{5000 % 97});
}

TEST_CASE("a recording that is set back takes the later points with it", "[tui][tracks]") {
  Track track;
  for (std::uint64_t at = 1; at <= 10; ++at) track.add(point(at, static_cast<double>(at), 0), 64);
  track.add(point(4, 40, 0), 64);
  CHECK(track.resample(Quantity::UsedBytes, 3 * second, 5 * second, 2) == Values{40, {}});
}

TEST_CASE("a counter that begins anew has no rate there", "[tui][tracks]") {
  Track track;
  track.add(point(1, 0, 500), 64);
  track.add(point(2, 0, 10), 64);
  track.add(point(3, 0, 30), 64);
  CHECK(track.resample(Quantity::AllocatedBytes, second, 3 * second, 2) == Values{{}, 20});
}

TEST_CASE("tracks of what has gone are forgotten, and ten thousand fit", "[tui][tracks]") {
  Tracks tracks;
  Snapshot snapshot;
  for (std::uint32_t minor = 1; minor <= 5000; ++minor) snapshot.superblocks.push_back(superblock(minor, {}));
  const RowKey gone = key_of_superblock(snapshot.superblocks[0].info.id);
  for (std::uint64_t sample = 1; sample <= 200; ++sample) {
    snapshot.monotonic_ns = sample * second;
    for (SuperblockView& view : snapshot.superblocks) view.info.used_bytes = sample * 4096 + view.info.id.minor;
    tracks.add(snapshot);
    if (sample == 10) snapshot.superblocks.erase(snapshot.superblocks.begin());
    if (sample == 50) CHECK(tracks.of_superblock(gone) != nullptr);
  }
  CHECK(tracks.of_superblock(gone) == nullptr);
  const Track* track = tracks.of_superblock(key_of_superblock(snapshot.superblocks[7].info.id));
  REQUIRE(track != nullptr);
  CHECK(track->size() <= 400'000 / 4999);
  CHECK(tracks.of_cgroup(gone) == nullptr);
}

TEST_CASE("sparklines", "[tui][tracks]") {
  CHECK(sparkline({0, 1, 2, 3, 4, 5, 6, 7}, 0, 8, Charset::Utf8) == "▁▂▃▄▅▆▇█");
  CHECK(sparkline({0, 1, 2, 3, 4, 5, 6, 7, 99, -1}, 0, 8, Charset::Ascii) == "_.,-~=*##_");
  CHECK(sparkline({{}, 3, {}}, 3, 3, Charset::Ascii) == " _ ");
  CHECK(sparkline_of_shape({100, 107}, 8, Charset::Ascii) == "_#");
  CHECK(sparkline_of_shape({100, 101}, 80, Charset::Ascii) == "__");
  CHECK(sparkline_of_shape({{}, {}}, 1, Charset::Ascii) == "  ");
}

TEST_CASE("a graph draws what was, what is to come and the limit", "[tui][tracks]") {
  Graph graph;
  graph.title = "bytes in use";
  graph.format = [](double value) { return std::to_string(static_cast<int>(value)); };
  graph.values = {0, 2, 4, 6};
  graph.ahead = {7, 8};
  graph.lines = {{8, "limit 8"}};
  graph.begin = "1 min ago";
  graph.end = "soon";
  std::vector<std::string> text;
  for (const PageLine& line : graph_lines(graph, graph_axis_columns + 6, 4, Charset::Ascii)) {
    text.emplace_back();
    for (const PagePart& part : line) text.back() += part.text;
  }
  REQUIRE(text.size() == 6);
  CHECK(text[0] == "bytes in use  limit 8");
  CHECK(text[1] == "        8 |----oo");
  CHECK(text[2] == "          |   #  ");
  CHECK(text[3] == "        4 |  ##  ");
  CHECK(text[4] == "        0 | ###  ");
  // A limit far above would press the graph flat: it is named alone.
  graph.lines = {{100, "limit 100"}};
  const auto lines = graph_lines(graph, graph_axis_columns + 6, 4, Charset::Ascii);
  CHECK(lines[0].back().text == "  limit 100 (above the graph)");
  CHECK(graph_lines(graph, 5, 4, Charset::Ascii).empty());
}
