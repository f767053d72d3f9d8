// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

#include "tui/view_head.h"
#include "tui/view_rows.h"
#include "tui_golden.h"
#include "tui_samples.h"
#include "tui_screens.h"

using namespace tmpfstrace;
using namespace tmpfstrace::tui_test;

namespace {

std::string text_of(const Grid& grid) {
  std::string text;
  for (int row = 0; row < grid.rows(); ++row) text += grid.row_text(row) + "\n";
  return text;
}

std::vector<std::uint64_t> order(Table table, const TableState& state) {
  arrange_table(table, state);
  std::vector<std::uint64_t> keys;
  for (const RowKey& key : row_keys(table)) keys.push_back(key.major);
  return keys;
}

constexpr View all_views[] = {View::Superblocks, View::Cgroups,   View::Events,
                              View::Files,       View::Processes, View::Notices};
constexpr Page all_pages[] = {Page::None, Page::Help, Page::Detail, Page::Columns, Page::Json};

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

}  // namespace

TEST_CASE("figures that are older than the sample", "[tui][view]") {
  Snapshot snapshot = sample_snapshot();
  const auto head = [&](int columns) {
    Grid grid({.rows = 3, .columns = columns}, Charset::Utf8);
    draw_head(grid, frame_of(snapshot), ViewState{});
    return grid.row_text(2);
  };
  CHECK_THAT(head(160), !Contains(" old"));
  snapshot.superblocks.at(0).info.usage_age_ns = 3'200'000'000;
  CHECK_THAT(head(160), Contains("statfs up to 4 s old"));
  snapshot.cgroups.at(0).info.memory_age_ns = 40'000'000'000;
  CHECK_THAT(head(160), Contains("statfs up to 4 s old, memory up to 40 s old"));
  CHECK_THAT(head(80), Contains("40 s old"));
}

TEST_CASE("golden screens", "[tui][view]") {
  for (const NamedScreen& screen : golden_screens()) {
    INFO(screen.name);
    CHECK(render(screen.grid) == read_golden(screen.name));
  }
}

TEST_CASE("hostile names stay in their cells", "[tui][view]") {
  const std::string hostile =
      GENERATE(std::string("\x1b[2J\x1b]0;owned\x07"), std::string("\xe2\x80\xaetxt.exe"),
               std::string("日本語日本語日本語日本語日本語"),
               std::string("e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81"), std::string("\xff\xc0\x9b\x80"),
               std::string("a\nb\rc\0d", 7), std::string(255, 'x'), std::string(255, '\x1b'), std::string(255, '\xff'));
  Snapshot snapshot = sample_snapshot();
  snapshot.kernel = hostile;
  snapshot.mode.reason = hostile;
  snapshot.superblocks[1].info.mounts.own()[0].mount_point = hostile;
  snapshot.cgroups[1].info.path = "/" + hostile;
  Owner owner;
  owner.kind = "unit";
  owner.unit = hostile;
  snapshot.cgroups[2].info.owner = std::make_shared<const Owner>(owner);
  FileSurvey survey = *snapshot.superblocks[2].info.survey;
  survey.patterns[0].directory = survey.patterns[0].pattern = hostile;
  snapshot.superblocks[2].info.survey = std::make_shared<const FileSurvey>(survey);
  FileActivity activity = *snapshot.superblocks[2].info.activity;
  activity.patterns[0].creators[0].comm = activity.patterns[0].creators[0].executable = hostile;
  snapshot.superblocks[2].info.activity = std::make_shared<const FileActivity>(activity);
  EventLog log;
  RefusalEvent bad = event(0, hostile, hostile);
  bad.comm = hostile.substr(0, 15);
  bad.mount_point = bad.directory = hostile;
  bad.owner = snapshot.cgroups[2].info.owner;
  log.push(bad);
  Frame frame = frame_of(snapshot, log);
  frame.notices.push(noon, Severity::info, "screen", hostile);
  frame.message = hostile;
  for (const View view : all_views) {
    for (const GridSize size : {GridSize{15, 60}, GridSize{24, 80}, GridSize{200, 400}}) {
      for (const Charset charset : {Charset::Utf8, Charset::Ascii}) {
        for (const Page page : {Page::None, Page::Detail}) {
          ViewState state;
          state.view = view;
          state.page = page;
          const Table table = build_table(frame, state);
          if (!table.rows.empty()) state.detail = table.rows.back().key;
          const Grid grid = screen_of(frame, state, size, charset);
          for (int row = 0; row < grid.rows(); ++row) {
            int width = 0;
            for (int column = 0; column < grid.columns(); ++column) {
              const std::string& text = grid.at(row, column).text;
              const auto clusters = split_clusters(text, charset);
              REQUIRE(clusters.size() <= 1);
              if (!text.empty()) REQUIRE(clusters.front().text == text);
              width += text_width(text, charset);
            }
            REQUIRE(width == size.columns);
          }
        }
      }
    }
  }
}

TEST_CASE("tiny and odd sizes", "[tui][view]") {
  const Frame nothing;
  const Snapshot snapshot = sample_snapshot();
  for (int rows = 0; rows <= 6; ++rows) {
    for (int columns = 0; columns <= 12; ++columns) {
      for (const View view : all_views) {
        for (const Page page : all_pages) {
          ViewState state;
          state.view = view;
          state.page = page;
          state.page_line = 100;
          state.detail = RowKey{45, 4500};
          const Grid grid = screen_of(snapshot, sample_events(), state, {rows, columns});
          REQUIRE(grid.rows() == rows);
          REQUIRE(grid.columns() == columns);
          REQUIRE(draw_screen(nothing, {}, {}, state, {rows, columns}, Charset::Ascii).rows() == rows);
        }
      }
    }
  }
}

TEST_CASE("an empty table says why it is empty", "[tui][view]") {
  Snapshot snapshot;
  ViewState state;
  const auto screen = [&] { return text_of(screen_of(snapshot, EventLog(), state, {24, 100})); };
  CHECK_THAT(screen(), Contains("no tmpfs superblock seen"));

  state.view = View::Cgroups;
  snapshot.mode.name = "exact";
  CHECK_THAT(screen(), Contains("no cgroup has used tmpfs yet"));
  snapshot.mode.name = "syscall";
  CHECK_THAT(screen(), Contains("no cgroup has been seen to write to tmpfs yet"));
  snapshot.mode.name = "poll";
  CHECK_THAT(screen(), Contains("mode poll does not see who uses tmpfs") && !Contains("no cgroup has"));

  state.view = View::Events;
  CHECK_THAT(screen(), Contains("mode poll sees no refusals"));
  snapshot.mode.name = "exact";
  snapshot.totals.refusals = 0;
  CHECK_THAT(screen(), Contains("no refusal since the start"));
  snapshot.totals.refusals = 27'616;  // with --no-events
  CHECK_THAT(screen(),
             Contains("27616 refused since the start, none of them kept in detail") && !Contains("no refusal"));
}

TEST_CASE("any loss is named, none is silent", "[tui][view]") {
  Snapshot snapshot = sample_snapshot();
  snapshot.losses = {{"a_lost", 0}, {"ring_full", 1}, {"slots_full", 20}};
  const Grid grid = screen_of(snapshot, EventLog(), {}, {24, 80});
  CHECK_THAT(grid.row_text(1), Contains("LOST ring_full 1, slots_full 20"));
  CHECK(grid.at(1, 0).role == Role::Warning);
  snapshot.losses = {{"ring_full", 0}};
  CHECK_THAT(screen_of(snapshot, EventLog(), {}, {24, 80}).row_text(1), !Contains("LOST"));
}

TEST_CASE("what cannot be reached is not called lost", "[tui][view]") {
  Snapshot snapshot = sample_snapshot();
  const auto line = [&] { return screen_of(snapshot, EventLog(), {}, {24, 120}).row_text(1); };
  snapshot.losses = {{"seed_busy", 2}, {"stacks_without_names", 7}, {"unreachable_superblocks", 1}};
  CHECK_THAT(line(), StartsWith("NOT REACHED seed_busy 2, unreachable_superblocks 1"));
  CHECK_THAT(line(), !Contains("LOST") && !Contains("stacks_without_names"));
  snapshot.losses["seed_races"] = 3;
  CHECK_THAT(line(), StartsWith("LOST seed_races 3  NOT REACHED seed_busy 2"));
}

TEST_CASE("a replay says that it is one, and how it ended", "[tui][view]") {
  Snapshot snapshot = sample_snapshot();
  const auto title = [&](int columns) { return screen_of(snapshot, EventLog(), {}, {24, columns}).row_text(0); };
  CHECK_THAT(title(80), !Contains("REPLAY"));
  snapshot.playback = Playback{};
  CHECK_THAT(title(80), Contains("tmpfstrace  REPLAY  exact/fentry"));
  snapshot.playback->ended = true;
  CHECK_THAT(title(80), Contains("tmpfstrace  REPLAY END  exact/fentry"));
  snapshot.playback->damage = "line 3, byte 162: \x1b the last line is cut";
  CHECK_THAT(title(160), Contains("tmpfstrace  REPLAY DAMAGED  exact/fentry") &&
                             Contains("line 3, byte 162: \\x1b the last line is cut"));
  CHECK_THAT(title(30), Contains("REPLAY DAMAGED"));
}

TEST_CASE("what a mode cannot see is cut with a count", "[tui][view]") {
  Snapshot snapshot = sample_snapshot();
  snapshot.losses.clear();
  snapshot.mode.reason = "";
  snapshot.mode.blind = {"alpha", "beta", std::string(200, 'x')};
  CHECK_THAT(screen_of(snapshot, EventLog(), {}, {24, 80}).row_text(1), Contains("not seen: alpha; beta (+1)"));
  CHECK_THAT(screen_of(snapshot, EventLog(), {}, {24, 20}).row_text(1), Contains("3 not seen"));
}

TEST_CASE("every title has room for the mark of the sorted column", "[tui][view]") {
  const Frame frame = frame_of(sample_snapshot(), sample_events());
  for (const Table& table : {superblock_table(frame), cgroup_table(frame, true), event_table(frame), file_table(frame),
                             process_table(frame), notice_table(frame)}) {
    for (const Column& column : table.columns) {
      INFO(column.title);
      CHECK(column.width > static_cast<int>(column.title.size()));
    }
  }
}

TEST_CASE("on a narrow screen the names give way, the cause stays whole", "[tui][view]") {
  for (const int columns : {42, 46, 50}) {
    const Grid grid = screen_of(sample_snapshot(), EventLog(), {}, {24, columns});
    INFO(columns);
    CHECK_THAT(grid.row_text(3), Contains(" FILL ") && Contains(" REFUSED CAUSE"));
    CHECK_THAT(grid.row_text(4), Contains("27616 blocks"));
  }
}

TEST_CASE("sorting", "[tui][view]") {
  const Frame frame = frame_of(sample_snapshot());
  const Table table = superblock_table(frame);  // minors 1, 24, 45, 51; fill known of 24 and 45
  TableState state;
  CHECK(order(table, state) == std::vector<std::uint64_t>{45, 24, 1, 51});
  state.reversed = true;  // absent stays last
  CHECK(order(table, state) == std::vector<std::uint64_t>{24, 45, 1, 51});
  state = {.sort_column = 15};  // REFUSED 0, 0, 27616, 2: equal ones in the order of their keys
  CHECK(order(table, state) == std::vector<std::uint64_t>{45, 51, 1, 24});
  state.reversed = true;
  CHECK(order(table, state) == std::vector<std::uint64_t>{1, 24, 51, 45});
  state = {.sort_column = 999};
  CHECK(order(table, state).size() == 4);
}

TEST_CASE("the order does not depend on the order of arrival", "[tui][view]") {
  Snapshot snapshot = sample_snapshot();
  const Frame first = frame_of(snapshot);
  const Table before = cgroup_table(first, false);
  std::reverse(snapshot.cgroups.begin(), snapshot.cgroups.end());
  const Frame second_frame = frame_of(snapshot);
  const Table after = cgroup_table(second_frame, false);
  for (std::size_t column = 0; column < before.columns.size(); ++column) {
    for (const bool reversed : {false, true}) {
      const TableState state{.sort_column = column, .reversed = reversed};
      CHECK(order(before, state) == order(after, state));
    }
  }
}

TEST_CASE("names and causes", "[tui][view]") {
  Superblock superblock;
  superblock.kind = "tmpfs";
  CHECK(superblock_name(superblock) == "(no mount)");
  superblock.mounts = {mount_at(1, "/bound", "/part"), mount_at(9, "/late"), mount_at(5, "/first")};
  CHECK(superblock_name(superblock) == "/first +2");
  // Mount ids of two namespaces say nothing about each other.
  superblock.mounts = {mount_at(2, "/"), mount_at(24, "/dev"), mount_at(1, "/covered")};
  superblock.mounts.own()[0].pid = 21;
  superblock.mounts.own()[1].pid = 1;
  CHECK(superblock_name(superblock) == "/dev +2");
  CHECK(cause_text({}) == "-");
  CHECK(cause_text({{TMPFS_OP_WRITE, TMPFS_CAUSE_MEMCG, 2},
                    {TMPFS_OP_WRITE, TMPFS_CAUSE_BLOCKS, 3},
                    {TMPFS_OP_FAULT, TMPFS_CAUSE_MEMCG, 2}}) == "memcg");
}

TEST_CASE("what the tool costs is on the title line, as far as there is room", "[tui][view]") {
  Snapshot snapshot = sample_snapshot();
  snapshot.kernel = "6.12.117+deb13-cloud-amd64";
  const auto title = [&](int columns) { return screen_of(snapshot, EventLog(), {}, {24, columns}).row_text(0); };
  CHECK_THAT(title(120), Contains("UTC  self 0.1% cpu 24 MiB maps 15 MiB bpf 0.3%  6.12.117+deb13-cloud-amd64"));
  CHECK_THAT(title(100), Contains("UTC  self 0.1% cpu 24 MiB maps 15 MiB bpf 0.3%") && !Contains("deb13"));
  CHECK_THAT(title(80), Contains("UTC  self 0.1% 24 MiB bpf 0.3%  "));
  snapshot.mode.hooks = "raw_tracepoint";
  snapshot.mode.name = "syscall";
  CHECK_THAT(title(80), Contains("UTC  self 0.1% bpf 0.3%"));
  CHECK_THAT(title(60), !Contains("self"));

  // What is not known, before the first window has ended and of a mode without programs.
  snapshot.self->program_share.reset();
  CHECK_THAT(title(120), Contains("maps 15 MiB bpf -  "));
  snapshot.self->cost.map_bytes.reset();
  CHECK_THAT(title(120), Contains("self 0.1% cpu 24 MiB  6.12"));
  snapshot.self.reset();
  CHECK_THAT(title(120), Contains("UTC  6.12") && !Contains("self"));
}

TEST_CASE("the help page lists what the tool costs", "[tui][view]") {
  Snapshot snapshot = sample_snapshot();
  ViewState state;
  state.page = Page::Help;
  const auto page = [&] { return text_of(screen_of(snapshot, EventLog(), state, {100, 120})); };
  CHECK_THAT(page(), Contains("24 MiB resident, 3 MiB of it private") && Contains("BPF maps: 15 MiB ") &&
                         Contains("acct: 0.3% of a CPU, 12000 runs/s of 233 ns") && !Contains("unacct"));
  snapshot.self->cost.map_bytes_measured = false;
  snapshot.self->cost.window.reset();
  snapshot.self->cost.no_window = "not permitted";
  CHECK_THAT(page(),
             Contains("BPF maps: 15 MiB, a rough estimate") && Contains("programs: not counted, not permitted"));
}

TEST_CASE("the event log is bounded and its numbers go on", "[tui][view]") {
  EventLog log(2);
  for (int i = 0; i < 5; ++i) log.push({});
  REQUIRE(log.events().size() == 2);
  CHECK(log.events().front().number == 4);
  CHECK(log.pushed() == 5);
}
