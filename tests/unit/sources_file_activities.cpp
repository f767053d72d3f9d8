// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "sources/file_activities.h"

using namespace tmpfstrace;

namespace {

constexpr std::uint64_t second = 1'000'000'000;

FileTold told_at(std::uint64_t at) {
  return {.monotonic_ns = at,
          .cgroup = 1,
          .tgid = 2,
          .removed = false,
          .comm = "a",
          .executable = "a",
          .directory = "/",
          .name = "f"};
}

std::vector<Superblock> superblocks(std::uint32_t most) {
  std::vector<Superblock> list(most);
  for (std::uint32_t i = 0; i < most; ++i) list[i].id = {0, i, 1};
  return list;
}

}  // namespace

TEST_CASE("a report is made when there is news, and now and then to see who still lives", "[sources]") {
  int asked = 0;
  FileActivities activities([&](std::uint32_t, std::uint64_t) {
    ++asked;
    return std::optional(asked == 1);
  });
  auto list = superblocks(2);
  activities.refresh(list, second);
  CHECK(list[0].activity == nullptr);
  activities.add(list[0].id, told_at(2 * second));
  activities.refresh(list, 2 * second);
  REQUIRE(list[0].activity != nullptr);
  CHECK(list[1].activity == nullptr);
  CHECK(list[0].activity->patterns[0].creators[0].lives == true);
  const ActivityRef first = list[0].activity;
  activities.refresh(list, 3 * second);
  CHECK(list[0].activity == first);
  activities.refresh(list, 12 * second);
  CHECK(list[0].activity->patterns[0].creators[0].lives == false);
  activities.add(list[0].id, told_at(13 * second));
  activities.refresh(list, 13 * second);
  CHECK(list[0].activity->created == 2);
}

TEST_CASE("superblocks that have gone are forgotten, and of too many the ones that are quiet", "[sources]") {
  FileActivities activities([](std::uint32_t, std::uint64_t) { return std::optional<bool>(); });
  const auto many = static_cast<std::uint32_t>(FileActivities::kMostSuperblocks + 1);
  auto list = superblocks(many);
  for (std::uint32_t i = 0; i < many; ++i) activities.add(list[i].id, told_at((i + 1) * second));
  CHECK(activities.remembered() == FileActivities::kMostSuperblocks);
  activities.refresh(list, many * second);
  CHECK(list[0].activity == nullptr);
  CHECK(list[1].activity != nullptr);
  list.resize(3);
  activities.refresh(list, many * second);
  CHECK(activities.remembered() == 2);
}
