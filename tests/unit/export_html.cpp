// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "export/html_page.h"
#include "export/html_table.h"
#include "export/html_text.h"

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
