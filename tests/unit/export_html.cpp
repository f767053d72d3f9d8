// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "export/html_page.h"
#include "export/html_table.h"
#include "export/html_text.h"
#include "tui/view_rows.h"
#include "tui_golden.h"

using namespace tmpfstrace;
using Catch::Matchers::Contains;

namespace {

SuperblockView view_of(std::uint32_t minor, const std::string& where) {
  SuperblockView view;
  view.info.id = {0, minor, 0};
  view.info.kind = "tmpfs";
  view.info.mounts = {{1, 100, 1, "/", where, ""}};
  return view;
}

}  // namespace

TEST_CASE("names cannot be markup, and cannot hide") {
  CHECK(html_text("/dev/shm") == "/dev/shm");
  CHECK(html_text("<b a='1' c=\"2\">&amp;") == "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;");
  CHECK(html_text(std::string("a\0b\n\x1b[31m\x7f", 10)) == "a\\x00b\\x0a\\x1b[31m\\x7f");
  CHECK(html_text("\xe2\x80\xaegnp.exe") == "\\u{202e}gnp.exe");
  CHECK(html_text("a\xe2\x80\x8b"
                  "b\xef\xbb\xbf"
                  "c\xe2\x81\xa6"
                  "d\xc2\x85") == "a\\u{200b}b\\u{feff}c\\u{2066}d\\u{85}");
  CHECK(html_text("gr\xc3\xbc\xc3\x9f \xe6\x97\xa5 \xf0\x9f\x98\x80") ==
        "gr\xc3\xbc\xc3\x9f \xe6\x97\xa5 \xf0\x9f\x98\x80");
  const std::string bad = "\xef\xbf\xbd";
  for (const char* bytes : {"\xff", "\xc0\xaf", "\xe2\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80"})
    CHECK_THAT(html_text(bytes), Catch::Matchers::StartsWith(bad));
  CHECK(html_text("\xe2<script>") == bad + "&lt;script&gt;");
}

TEST_CASE("a table has the worst first, and - for what is not known") {
  Snapshot snapshot;
  snapshot.superblocks = {view_of(1, "/quiet"), view_of(2, "/warned"), view_of(3, "/full")};
  SuperblockView& full = snapshot.superblocks[2];
  full.info.size_bytes = full.info.used_bytes = 64 << 20;
  full.info.inodes_total = 1000;
  full.info.inodes_used = 1;
  full.tally.refused = 1234;
  full.tally.refusals = {{TMPFS_OP_WRITE, TMPFS_CAUSE_BLOCKS, 1234}};
  Verdict critical, warning;
  critical.superblock = full.info.id;
  warning.severity = Severity::warning;
  warning.superblock = snapshot.superblocks[1].info.id;
  snapshot.verdicts = {critical, warning};
  const std::string table = superblock_table_of(snapshot, 10);
  CHECK(table.find("/full") < table.find("/warned"));
  CHECK(table.find("/warned") < table.find("/quiet"));
  CHECK_THAT(table, Contains("<tr class=\"critical\"><td class=\"risk\" data-title=\"Risk\">critical</td>"
                             "<td class=\"name absent\" data-title=\"Owner\"><bdi>-</bdi></td>"
                             "<td class=\"name\" data-title=\"Mounted at\"><bdi>/full</bdi></td>"));
  CHECK_THAT(table, Contains("<rect width=\"100\" height=\"10\"/></svg><span>100 %</span>"));
  CHECK_THAT(table, Contains("<span>&lt;1 %</span>"));
  CHECK_THAT(table, Contains("data-title=\"Refused\">1,234</td>"));
  CHECK_THAT(table, Contains("data-title=\"Cause\">blocks</td>"));
  CHECK_THAT(table, Contains("<tr class=\"ok\"><td class=\"risk absent\" data-title=\"Risk\">-</td>"));
  const std::string cut = superblock_table_of(snapshot, 2);
  CHECK_THAT(cut, !Contains("/quiet") && Contains("and 1 more, which are less at risk"));
}

TEST_CASE("a page says first what is wrong") {
  Snapshot snapshot;
  snapshot.sequence = 7;
  snapshot.kernel = "6.1<0>";
  snapshot.mode = {"exact", "fentry", "", {}};
  const std::string quiet = page_of(snapshot, {});
  CHECK_THAT(quiet, Contains("<p class=\"headline ok\">nothing is wrong with any tmpfs</p>") &&
                        Contains("<p class=\"more\">no tmpfs was seen</p>") && Contains("kernel 6.1&lt;0&gt;") &&
                        Contains("<dt>refused since the start</dt><dd>-</dd>") &&
                        Contains("<dd>exact, by fentry</dd>") && Contains("<title>tmpfstrace</title>") &&
                        !Contains("<details"));
  snapshot.mode = {"poll", "", "no <capability>", {"writes are not counted"}};
  snapshot.losses = {{"ring_full", 2}, {"unreadable_namespaces", 1}};
  Verdict verdict;
  verdict.subject = "/<dev>";
  verdict.finding = "is full";
  snapshot.verdicts = {verdict};
  snapshot.totals.refusals_per_second = 0.0;
  const std::string loud =
      page_of(snapshot, {.host = "<h>", .version = "1", .telemetry_path = "/m", .interval = std::chrono::seconds(5)});
  CHECK_THAT(loud, Contains("<p class=\"headline critical\">1 critical</p>") &&
                       Contains("<li class=\"critical\"><span class=\"severity\">critical</span> "
                                "<bdi>/&lt;dev&gt; is full.</bdi></li>") &&
                       Contains("<title>1 critical - &lt;h&gt; - tmpfstrace</title>") &&
                       Contains("<dt>refused now</dt><dd>none</dd>") && Contains("<dd>2 ring_full</dd>") &&
                       Contains("<dt>not reached</dt><dd>1 unreadable_namespaces</dd>") &&
                       Contains("This mode does not see 1 thing</summary>\n<p>no &lt;capability&gt;</p>") &&
                       Contains("<a href=\"/m\">/m</a>") && Contains("data-interval=\"5000\"") &&
                       Contains("content=\"5\""));
  // Nothing inline: no policy has to allow it.
  CHECK_THAT(loud, !Contains("style=") && !Contains("<style") && !Contains("onload") && !Contains("javascript:"));
}

TEST_CASE("the page has the order of the live view") {
  // What tells them apart, from the worst on; the last has no limit, and nothing is said of it.
  Snapshot snapshot;
  for (const std::uint32_t minor : {1, 2, 3, 4, 5, 6, 7, 8})
    snapshot.superblocks.push_back(view_of(minor, "/at" + std::to_string(minor)));
  const auto view = [&](std::size_t minor) -> SuperblockView& { return snapshot.superblocks[minor - 1]; };
  for (const std::size_t minor : {1, 2, 3, 4, 5, 7, 8}) view(minor).info.size_bytes = 100;
  const auto warn = [&](std::size_t minor, Severity severity) {
    Verdict verdict;
    verdict.severity = severity;
    verdict.superblock = view(minor).info.id;
    snapshot.verdicts.push_back(verdict);
  };
  warn(4, Severity::critical);
  warn(2, Severity::warning);
  warn(7, Severity::info);
  view(5).tally.rates.refused = 3;
  BindingLimit soon;
  soon.forecast.mid_ns = 3'600'000'000'000;  // an hour: 250
  view(1).outlook.binding = soon;
  view(3).info.used_bytes = 90;
  view(6).tally.rates.refused = 1000;
  const std::vector<std::uint32_t> expected = {4, 2, 7, 5, 1, 3, 8, 6};

  const std::string page = superblock_table_of(snapshot, 10);
  std::vector<std::uint32_t> of_page = expected;
  const auto place = [&](std::uint32_t minor) { return page.find(">/at" + std::to_string(minor) + "<"); };
  for (const std::uint32_t minor : expected) REQUIRE(place(minor) != std::string::npos);
  std::sort(of_page.begin(), of_page.end(), [&](auto a, auto b) { return place(a) < place(b); });
  CHECK(of_page == expected);

  const Frame frame = tui_test::frame_of(snapshot);
  Table table = superblock_table(frame);
  arrange_table(table, TableState());
  std::vector<std::uint32_t> of_screen;
  for (const TableRow& row : table.rows)
    for (const SuperblockView& one : snapshot.superblocks)
      if (key_of_superblock(one.info.id) == row.key) of_screen.push_back(one.info.id.minor);
  CHECK(of_screen == expected);
}

TEST_CASE("a whole page") {
  Snapshot snapshot;
  snapshot.sequence = 1234;
  snapshot.realtime_ns = 1'796'078'460'000'000'000;  // date -u -d @1796078460: 2026-11-30 22:41:00
  snapshot.kernel = "6.12.1";
  snapshot.mode = {"exact", "kprobe", "the kernel preempts <itself>", {"a refused UFFDIO_COPY", "a & b"}};
  snapshot.node = NodeMemory{1ULL << 30, 512ULL << 20, 0};
  snapshot.totals.used_bytes = 80ULL << 20;
  snapshot.totals.size_bytes = 192ULL << 20;
  snapshot.totals.refusals_per_second = 2.5;
  snapshot.totals.refusals = 1234;
  snapshot.losses = {{"ring_full", 0}, {"slots_full", 0}};
  snapshot.superblocks = {view_of(1, "/tmp/a & b"), view_of(2, "/dev/shm")};
  SuperblockView& calm = snapshot.superblocks[0];
  calm.info.size_bytes = 128ULL << 20;
  calm.info.used_bytes = 16ULL << 20;
  calm.info.inodes_total = 1000;
  calm.info.inodes_used = 950;
  calm.tally.rates.allocated_bytes = 4096.0;
  calm.tally.rates.freed_bytes = 0.0;
  SuperblockView& full = snapshot.superblocks[1];
  full.info.size_bytes = full.info.used_bytes = 64ULL << 20;
  BindingLimit met;
  met.forecast.state = ForecastState::full;
  met.forecast.mid_ns = 0;
  full.outlook.binding = met;
  full.tally.refused = 1234;
  full.tally.refusals = {{TMPFS_OP_WRITE, TMPFS_CAUSE_BLOCKS, 1234}};
  full.tally.rates.refused = 2.5;
  Verdict verdict;
  verdict.subject = "/dev/shm";
  verdict.finding = "is full (64 MiB, blocks)";
  verdict.superblock = full.info.id;
  snapshot.verdicts = {verdict};
  const std::string page = page_of(
      snapshot,
      {.host = "node-1", .version = "1.2", .telemetry_path = "/metrics", .interval = std::chrono::milliseconds(2500)});

  const char* root = std::getenv("TMPFSTRACE_SOURCE");
  std::ifstream file(std::string(root == nullptr ? "." : root) + "/tests/golden/page.html");
  std::ostringstream golden;
  golden << file.rdbuf();
  CHECK("<!-- SPDX-License-Identifier: Apache-2.0 -->\n" + page == golden.str());
}
