// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "model/activity_sketch.h"
#include "model/pattern_key.h"

using namespace tmpfstrace;

namespace {

constexpr std::uint64_t kMinute = 60'000'000'000;

FileTold made(const std::string& name, const std::string& comm = "gunicorn", std::uint32_t tgid = 7,
              std::uint64_t at = kMinute) {
  return {.monotonic_ns = at,
          .cgroup = 42,
          .tgid = tgid,
          .removed = false,
          .comm = comm,
          .executable = "python3.11",
          .directory = "/",
          .name = name};
}

FileTold removed(const std::string& name, std::uint64_t at = kMinute) {
  FileTold told = made(name, "cleaner", 9, at);
  told.removed = true;
  return told;
}

std::optional<bool> nobody_knows(std::uint32_t, std::uint64_t) { return std::nullopt; }

}  // namespace

TEST_CASE("files told are summed up by pattern, with who made them", "[model]") {
  ActivitySketch sketch;
  sketch.add(made("session_1a2b3c4d"));
  sketch.add(made("session_2a2b3c4d"));
  sketch.add(made("session_3a2b3c4d", "beat", 8));
  sketch.add(removed("session_1a2b3c4d"));
  sketch.add(made("lock", "beat", 8));
  const FileActivity report = sketch.report(10, 2 * kMinute, nobody_knows);
  CHECK(report.created == 4);
  CHECK(report.removed == 1);
  CHECK(report.recent_ns == kMinute);
  REQUIRE(report.patterns.size() == 2);
  const PatternActivity& sessions = report.patterns[0];
  CHECK(sessions.directory == "/");
  CHECK(sessions.pattern == "session_*");
  CHECK(sessions.key == hash_of_key(pattern_key("/", "session_00000000")));
  CHECK(sessions.created == 3);
  CHECK(sessions.removed == 1);
  CHECK(sessions.counts_over == 0);
  REQUIRE(sessions.creators.size() == 2);  // who removes has created nothing
  CHECK(sessions.creators[0] == FileCreator{42, "gunicorn", "python3.11", 7, 2, std::nullopt});
  CHECK(sessions.creators[1] == FileCreator{42, "beat", "python3.11", 8, 1, std::nullopt});
  CHECK(report.patterns[1].pattern == "lock");
  CHECK(sketch.report(1, 2 * kMinute, nobody_knows).patterns.size() == 1);
}

TEST_CASE("a creator lives as long as one of its last processes does", "[model]") {
  ActivitySketch sketch;
  for (std::uint32_t tgid = 1; tgid <= 6; ++tgid)
    sketch.add(made("f" + std::to_string(tgid), "worker", tgid, kMinute + tgid));
  const auto lives_if = [&](auto rule) {
    return sketch.report(1, 2 * kMinute, [&](std::uint32_t tgid, std::uint64_t) { return std::optional(rule(tgid)); })
        .patterns[0]
        .creators[0]
        .lives;
  };
  CHECK(lives_if([](std::uint32_t tgid) { return tgid == 4; }) == true);
  CHECK(lives_if([](std::uint32_t tgid) { return tgid <= 2; }) == false);  // four are remembered: 3 to 6
  CHECK(lives_if([](std::uint32_t) { return false; }) == false);
  std::uint64_t asked_about = 0;
  sketch.report(1, 2 * kMinute, [&](std::uint32_t tgid, std::uint64_t told_ns) {
    if (tgid == 6) asked_about = told_ns;
    return std::optional(false);
  });
  CHECK(asked_about == kMinute + 6);
}

TEST_CASE("creators beyond the sixth of a pattern are counted together", "[model]") {
  ActivitySketch sketch;
  for (int i = 0; i < 9; ++i) sketch.add(made("f" + std::to_string(i), "comm" + std::to_string(i)));
  const PatternActivity pattern = sketch.report(1, kMinute, nobody_knows).patterns[0];
  CHECK(pattern.created == 9);
  CHECK(pattern.creators.size() == ActivitySketch::kCreators);
  CHECK(pattern.created_by_others == 3);
}

TEST_CASE("what is recent is of the last five to ten minutes", "[model]") {
  ActivitySketch sketch;
  sketch.add(made("f1", "a", 1, 1 * kMinute));
  sketch.add(made("f2", "a", 1, 4 * kMinute));
  sketch.add(made("f3", "a", 1, 7 * kMinute));  // the second window, which began at 6
  sketch.add(removed("f1", 7 * kMinute));
  const auto at = [&](std::uint64_t minutes) { return sketch.report(1, minutes * kMinute, nobody_knows); };
  CHECK(at(8).patterns[0].created_recently == 3);
  CHECK(at(8).recent_ns == 7 * kMinute);
  CHECK(at(12).patterns[0].created_recently == 1);
  CHECK(at(12).patterns[0].removed_recently == 1);
  CHECK(at(12).recent_ns == 6 * kMinute);
  CHECK(at(60).patterns[0].created_recently == 0);
  CHECK(at(60).patterns[0].created == 3);
  CHECK(at(60).recent_ns == 5 * kMinute);
}

TEST_CASE("a table of patterns that is full drops the lightest and says by how much counts may be too low", "[model]") {
  ActivitySketch sketch(2);
  for (int i = 0; i < 5; ++i) sketch.add(made("heavy" + std::to_string(i)));
  sketch.add(made("one"));
  sketch.add(made("two"));
  const FileActivity report = sketch.report(10, kMinute, nobody_knows);
  CHECK(report.created == 7);
  REQUIRE(report.patterns.size() == 2);
  CHECK(report.patterns[0].pattern == "heavy*");
  CHECK(report.patterns[0].created == 5);
  CHECK(report.patterns[0].counts_over == 0);
  CHECK(report.patterns[1].pattern == "two");
  CHECK(report.patterns[1].created == 1);
  CHECK(report.patterns[1].counts_over == 1);
}

TEST_CASE("files of several directories that are alike are one pattern", "[model]") {
  ActivitySketch sketch;
  FileTold told = made("data");
  told.directory = "/job-1/tmp";
  sketch.add(told);
  CHECK(sketch.report(1, kMinute, nobody_knows).patterns[0].directory == "/job-1/tmp");
  told.directory = "/job-2/tmp";
  sketch.add(told);
  const PatternActivity pattern = sketch.report(1, kMinute, nobody_knows).patterns[0];
  CHECK(pattern.directory == "/job-*/tmp");
  CHECK(pattern.pattern == "data");
  CHECK(pattern.created == 2);
}
