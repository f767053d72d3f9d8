// SPDX-License-Identifier: Apache-2.0
// Who made the files that lie on a superblock, and what is held by nobody who still runs.
#include <catch2/catch.hpp>

#include "../support/sample_builder.h"
#include "model/analyst.h"
#include "model/leftovers.h"
#include "model/pattern_activity.h"

using namespace tmpfstrace;
using namespace tmpfstrace::test;

namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::uint64_t minute = 60 * second;
constexpr std::uint64_t mib = 1 << 20;
constexpr SuperblockId volume{0, 45, 1};
constexpr CgroupId writer = 4711, former = 4700;

SurveyRef survey_of(std::uint64_t files) {
  FileSurvey survey;
  FilePattern pattern{"/", "chunk_*", files, 0, files * mib, files * mib, {}, {}, 0, 77};
  survey.patterns = {pattern};
  return std::make_shared<const FileSurvey>(survey);
}

FileActivity activity_of(std::uint64_t created, std::uint64_t removed, std::optional<bool> lives) {
  FileActivity activity;
  activity.created = created;
  activity.removed = removed;
  PatternActivity pattern;
  pattern.directory = "/";
  pattern.pattern = "chunk_*";
  pattern.key = 77;
  pattern.created = created;
  pattern.removed = removed;
  pattern.creators = {{former, "ffmpeg", "ffmpeg", 12, created, lives}};
  activity.patterns = {pattern};
  return activity;
}

SuperblockView view_of(std::uint64_t files, const FileActivity& activity, std::uint64_t counted) {
  SuperblockView view;
  view.info.id = volume;
  view.info.survey = survey_of(files);
  view.info.activity = std::make_shared<const FileActivity>(activity);
  view.tally.counters.created.emplace().fill(0);
  (*view.tally.counters.created)[TMPFS_KIND_REGULAR] = counted;
  return view;
}

Sample sample_of(std::uint64_t time, std::uint64_t used, std::uint64_t of_former) {
  Sample sample = sample_at(time);
  sample.realtime_ns = time;
  sample.mode.name = "exact";
  Superblock superblock;
  superblock.id = volume;
  superblock.kind = "tmpfs";
  superblock.mounts = {{1, 100, 10, "/", "/cache", ""}};
  superblock.size_bytes = 256 * mib;
  superblock.used_bytes = used;
  sample.superblocks = {superblock};
  for (const auto& [id, bytes] : {std::pair(writer, used - of_former), std::pair(former, of_former)}) {
    Counters counters = zero_counters();
    counters.allocated_bytes = bytes;
    add_row(sample, id, volume, counters);
    Cgroup cgroup;
    cgroup.id = id;
    cgroup.path = "/" + std::to_string(id);
    cgroup.dead = id == former;
    sample.cgroups.push_back(cgroup);
  }
  return sample;
}

}  // namespace

TEST_CASE("the share that was told is known where the ledger knows the whole", "[model]") {
  CHECK(told_share(view_of(5, activity_of(5, 0, true), 5)) == 1.0);
  CHECK(told_share(view_of(5, activity_of(5, 0, true), 20)) == 0.25);
  SuperblockView view = view_of(5, activity_of(5, 0, true), 5);
  view.tally.counters.created.reset();
  CHECK_FALSE(told_share(view));
  view = view_of(5, activity_of(5, 0, true), 5);
  view.info.activity = nullptr;
  CHECK_FALSE(told_share(view));
  CHECK(find_activity(view.info, view.info.survey->patterns[0]) == nullptr);
}

TEST_CASE("the creator is named by its thread, and by its executable where that says something else", "[model]") {
  PatternActivity activity;
  CHECK(main_creator(activity).empty());
  activity.creators = {{1, "php-fpm", "php-fpm8.2", 1, 1, true}};
  CHECK(main_creator(activity) == "php-fpm");
  activity.creators = {{1, "outpost", "python3.11", 1, 1, true}};
  CHECK(main_creator(activity) == "outpost (python3.11)");
  activity.creators = {{1, "kloop0", "", 1, 1, true}};
  CHECK(main_creator(activity) == "kloop0");
}

TEST_CASE("files are left by gone creators when all of these are known and have ended", "[model]") {
  const auto held = held_by_gone_creators(view_of(5, activity_of(7, 2, false), 7));
  REQUIRE(held);
  CHECK(held->files == 5);
  CHECK(held->bytes == 5 * mib);
  CHECK(held_by_gone_creators(view_of(5, activity_of(7, 2, true), 7))->bytes == 0);
  CHECK(held_by_gone_creators(view_of(5, activity_of(7, 2, std::nullopt), 7))->bytes == 0);
  CHECK_FALSE(held_by_gone_creators(view_of(6, activity_of(7, 2, false), 7)));  // one lay there before
  FileActivity others = activity_of(7, 2, false);
  others.patterns[0].created_by_others = 1;
  CHECK_FALSE(held_by_gone_creators(view_of(5, others, 7)));
  SuperblockView not_surveyed = view_of(5, activity_of(7, 2, false), 7);
  not_surveyed.info.survey = nullptr;
  CHECK_FALSE(held_by_gone_creators(not_surveyed));
}

TEST_CASE("growth of the hour is above the least of the last 30 to 60 minutes", "[model]") {
  GrowthOfTheHour growth;
  CHECK(growth.add(100, 1 * minute) == 0);
  CHECK(growth.add(130, 20 * minute) == 30);
  CHECK(growth.add(150, 40 * minute) == 50);  // a second window; the least of the first was 100
  CHECK(growth.add(150, 69 * minute) == 50);
  CHECK(growth.add(170, 71 * minute) == 20);  // a third; the least of the second was 150
  CHECK(growth.add(90, 72 * minute) == 0);
  CHECK(growth.add(500, 300 * minute) == 0);  // nobody looked for hours
}

TEST_CASE("what a removed cgroup left behind is told once it grows", "[model]") {
  Analyst analyst;
  auto snapshot = analyst.add(sample_of(1 * minute, 80 * mib, 70 * mib));
  CHECK(snapshot->superblocks[0].outlook.leftovers.dead_cgroups_bytes == 70 * mib);
  CHECK(snapshot->verdicts.empty());
  snapshot = analyst.add(sample_of(5 * minute, 100 * mib, 90 * mib));
  REQUIRE(snapshot->verdicts.size() == 1);
  const Verdict& verdict = snapshot->verdicts[0];
  CHECK(verdict.kind == VerdictKind::leftovers);
  CHECK(verdict.finding == "holds 90 MiB of cgroups that are gone, 20 MiB more within the hour");
  CHECK(verdict.remedy == "remove what nobody uses any more");
  snapshot = analyst.add(sample_of(200 * minute, 100 * mib, 90 * mib));
  CHECK(snapshot->verdicts.empty());
}

TEST_CASE("a mode that does not know what is resident does not know what the dead hold", "[model]") {
  Analyst analyst;
  Sample sample = sample_of(1 * minute, 80 * mib, 70 * mib);
  sample.mode.name = "syscall";
  CHECK_FALSE(analyst.add(std::move(sample))->superblocks[0].outlook.leftovers.dead_cgroups_bytes);
}
