// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "../support/recording_builder.h"
#include "../support/sample_builder.h"
#include "model/analyst.h"
#include "sources/json_scan.h"
#include "sources/recording_format.h"
#include "sources/recording_outliner.h"
#include "sources/replay_source.h"

using namespace tmpfstrace;
using namespace tmpfstrace::test;

namespace {

RecordingOutline outline_of(const std::string& content) {
  const TemporaryFile file(".any");
  file.write(content);
  auto outliner = RecordingOutliner::open(file.path());
  REQUIRE(outliner);
  while (!outliner->read([] { return true; })) CHECK(outliner->progress() <= 1);
  return outliner->outline();
}

// The same from whole samples.
RecordingOutline decoded_outline(const std::string& content) {
  const TemporaryFile file(".any");
  file.write(content);
  const auto source = ReplaySource::open(file.path());
  REQUIRE(source);
  Analyst analyst;
  RecordingOutline outline;
  for (;;) {
    OutlinedSample& entry = outline.samples.emplace_back();
    auto sample = (*source)->next_sample();
    REQUIRE((*source)->drain_events([&](const RefusalEvent&) { ++entry.events; }));
    if (!*sample) break;
    const auto snapshot = analyst.add(std::move(**sample));
    entry.realtime_ns = snapshot->realtime_ns;
    entry.refused = snapshot->totals.refusals;
    entry.limits_changed = !snapshot->limit_changes.empty();
  }
  outline.samples.pop_back();
  return outline;
}

}  // namespace

TEST_CASE("the outline of a recording is what its samples say") {
  const auto content =
      GENERATE(planned_recording({.samples = 30, .refused_at = {4, 5, 20}, .resized_at = {6, 29}, .cgroups = 7}),
               planned_recording({.samples = 3, .counts_refusals = false}), read_fixture("samples/incident.ndjson"),
               read_fixture("samples/alerts.ndjson"));
  const RecordingOutline outline = outline_of(content);
  CHECK_FALSE(outline.samples.empty());
  CHECK(outline.samples == decoded_outline(content).samples);
}

TEST_CASE("limits of a superblock that went away, was not asked, or is dead") {
  RecordingPlan plan{.samples = 5};
  std::vector<Sample> samples;
  for (std::uint64_t i = 0; i < 5; ++i) samples.push_back(planned_sample(plan, i));
  SECTION("away for a sample") {
    samples[1].superblocks.clear();
    samples[2].superblocks[0].size_bytes = 1;
  }
  SECTION("an old figure") {
    samples[1].superblocks[0].size_bytes = 1;
    samples[1].superblocks[0].usage_age_ns = 5;
    samples[3].superblocks[0].inodes_total.reset();
  }
  SECTION("dead") {
    samples[2].superblocks[0].dead = true;
    samples[3].superblocks[0].size_bytes = 1;
  }
  SECTION("no figures") {
    samples[2].superblocks[0].used_bytes.reset();
    samples[2].superblocks[0].inodes_used.reset();
    samples[2].superblocks[0].size_bytes.reset();
  }
  std::string content = encode_header({"k", 1}) + "\n";
  for (const Sample& sample : samples) content += encode_sample(sample) + "\n";
  CHECK(outline_of(content).samples == decoded_outline(content).samples);
}

TEST_CASE("events of an outline") {
  RecordingOutline outline;
  CHECK_FALSE(outline.next_event(0));
  CHECK_FALSE(outline.previous_event(0));
  CHECK_FALSE(outline.first_refusal());
  outline.samples = {{1, 5, 2, true},  {2, 5, 0, false}, {3, 4, 0, false},
                     {4, 5, 0, false}, {5, 6, 0, false}, {6, std::nullopt, 1, false}};
  CHECK_FALSE(outline.is_event(0));  // what was before the recording
  CHECK(outline.next_event(0) == 3u);
  CHECK(outline.next_event(4) == 5u);
  CHECK_FALSE(outline.next_event(5));
  CHECK(outline.previous_event(5) == 4u);
  CHECK_FALSE(outline.previous_event(3));
  CHECK(outline.first_refusal() == 4u);
}

TEST_CASE("the outline ends where the lines are damaged") {
  const std::string content = planned_recording({.samples = 3});
  CHECK(outline_of(content + "{\"sample\":{\"realtime_ns\":1,").samples.size() == 3);
  CHECK(outline_of(content + "{\"sample\":{\"realtime_ns\":1}}\n").samples.size() == 3);
  CHECK(outline_of(content + "garbage\n" + content).samples.size() == 3);
  CHECK(outline_of(content + content).samples.size() == 3);  // another header
  CHECK(outline_of(content.substr(0, content.find('\n') + 1)).samples.empty());
  for (std::size_t size = 0; size < content.size(); size += 37)
    CHECK(outline_of(content.substr(0, size)).samples.size() <= 3);
}

TEST_CASE("a scan of JSON takes what is wanted from whatever is there") {
  const auto [text, value] = GENERATE(table<std::string, std::optional<std::uint64_t>>({
      {R"({"a":1,"b":7})", 7u},
      {R"( { "a" : [ 1 , {"b":2} ] , "b" : 7 } )", 7u},
      {R"({"a":"\"b\":1,\\","b":7})", 7u},
      {R"({"a\"b":"{[","c":{"b":[[]]},"b":7})", 7u},
      {R"({"a":-1.5e3,"x":null,"y":true,"b":18446744073709551615})", 18446744073709551615u},
      {R"({"b":18446744073709551616})", std::nullopt},
      {R"({"b":"7"})", std::nullopt},
      {R"({"a":1,)", std::nullopt},
      {R"({"a)", std::nullopt},
      {R"({"a\)", std::nullopt},
      {R"({"a":]})", std::nullopt},
      {R"({"a":[1})", std::nullopt},
      {R"([1])", std::nullopt},
      {"", std::nullopt},
  }));
  INFO(text);
  JsonScan scan(text);
  std::optional<std::uint64_t> found;
  scan.members([&](std::string_view name) {
    if (name != "b") return scan.skip();
    found = scan.number();
  });
  if (value) CHECK(scan.sound());
  if (!value) CHECK_FALSE(scan.sound());
  if (value) CHECK(found == value);
}
