// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sources/surveys.h"

using namespace tmpfstrace;

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

SuperblockId id_of(std::uint32_t minor, std::uint64_t generation = 1) { return {0, minor, generation}; }

Superblock superblock_of(std::uint32_t minor, std::uint64_t used = 0, std::uint64_t size = 100) {
  Superblock superblock;
  superblock.id = id_of(minor);
  superblock.kind = "tmpfs";
  superblock.mounts = {{minor, 1, 1, "/", "/m", ""}};
  superblock.used_bytes = used;
  superblock.size_bytes = size;
  return superblock;
}

// A walk that notes what was asked for and finds a number of entries of which each is a file of a page.
struct FakeHost {
  std::vector<std::uint32_t> walked;
  std::uint64_t entries = 10;
  bool reachable = true;
  int looks = 0;
  std::optional<UnlinkedByDevice> unlinked = UnlinkedByDevice{};

  Surveys surveys() {
    return Surveys(
        [this](const Superblock& superblock) -> std::optional<FileSurvey> {
          walked.push_back(superblock.id.minor);
          if (!reachable) return std::nullopt;
          FileSurvey survey;
          survey.entries = survey.files = entries;
          survey.allocated_bytes = entries * 4096;
          survey.complete = true;
          return survey;
        },
        [this](const std::vector<Superblock>&) {
          ++looks;
          return unlinked;
        });
  }

  std::vector<std::uint32_t> take() { return std::exchange(walked, {}); }
};

using Minors = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("one superblock a sample, the fullest first, then in turn", "[sources]") {
  FakeHost host;
  Surveys surveys = host.surveys();
  std::vector<Superblock> superblocks = {superblock_of(1, 10), superblock_of(2, 50), superblock_of(3, 30)};
  Minors order;
  for (std::uint64_t second = 0; second < 200; ++second) {
    surveys.refresh(superblocks, second * kSecond, {});
    const Minors walked = host.take();
    REQUIRE(walked.size() <= 1);
    order.insert(order.end(), walked.begin(), walked.end());
    if (second == 0) {
      REQUIRE(superblocks[1].survey);
      CHECK(superblocks[1].survey->files == 10);
      CHECK_FALSE(superblocks[0].survey);
    }
  }
  // At 0, 1, 2, then each 60 seconds after its last.
  CHECK(order == Minors{2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1});
  CHECK(superblocks[0].survey->monotonic_ns == 182 * kSecond);
}

TEST_CASE("a superblock that was refused or is nearly full is surveyed at once", "[sources]") {
  FakeHost host;
  Surveys surveys = host.surveys();
  std::vector<Superblock> superblocks = {superblock_of(1), superblock_of(2), superblock_of(3, 81), superblock_of(4)};
  superblocks[3].inodes_total = 1000;
  superblocks[3].inodes_used = 999;
  surveys.refresh(superblocks, 0, {});
  CHECK(host.take() == Minors{4, 3, 1});
  surveys.refresh(superblocks, 1 * kSecond, {id_of(2), id_of(99)});
  CHECK(host.take() == Minors{2});
  // Not within 10 seconds of the last survey, but not forgotten either.
  surveys.refresh(superblocks, 2 * kSecond, {id_of(2)});
  CHECK(host.take().empty());
  surveys.refresh(superblocks, 10 * kSecond, {});
  CHECK(host.take() == Minors{4, 3});
  surveys.refresh(superblocks, 11 * kSecond, {});
  CHECK(host.take() == Minors{2});
  // Refused once: then it waits like the others.
  surveys.refresh(superblocks, 21 * kSecond, {});
  CHECK(host.take() == Minors{4, 3});
}

TEST_CASE("what becomes worse does not wait for its next turn", "[sources]") {
  FakeHost host;
  Surveys surveys = host.surveys();
  std::vector<Superblock> superblocks = {superblock_of(1)};
  surveys.refresh(superblocks, 0, {});
  CHECK(host.take() == Minors{1});
  superblocks[0].used_bytes = 81;
  surveys.refresh(superblocks, 2 * kSecond, {});
  CHECK(host.take() == Minors{1});
  surveys.refresh(superblocks, 3 * kSecond, {});
  CHECK(host.take().empty());
  surveys.refresh(superblocks, 4 * kSecond, {id_of(1)});
  CHECK(host.take() == Minors{1});
  surveys.refresh(superblocks, 5 * kSecond, {id_of(1)});
  CHECK(host.take().empty());
}

TEST_CASE("large trees are walked as seldom as the budget wants it", "[sources]") {
  FakeHost host;
  host.entries = 50'000;
  Surveys surveys = host.surveys();
  std::vector<Superblock> superblocks;
  for (std::uint32_t minor = 1; minor <= 20; ++minor) superblocks.push_back(superblock_of(minor, 90));
  std::uint64_t walks = 0;
  for (std::uint64_t second = 0; second < 1000; ++second) {
    surveys.refresh(superblocks, second * kSecond, {});
    const std::size_t now = host.take().size();
    CHECK(now <= 1);
    walks += now;
  }
  // 2,000 entries a second, 20,000 saved up, one walk on credit; a walk is 50,100.
  CHECK(walks >= 1'000 * 2'000 / 50'100);
  CHECK(walks <= (1'000 * 2'000 + 20'000) / 50'100 + 1);
  // Each had its turn.
  for (const Superblock& superblock : superblocks) CHECK(superblock.survey);
}

TEST_CASE("where the budget is short nobody waits for ever", "[sources]") {
  FakeHost host;
  host.entries = 50'000;
  Surveys surveys = host.surveys();
  // Three that are full and large would take all of it seven times.
  std::vector<Superblock> superblocks = {superblock_of(1, 99), superblock_of(2, 99), superblock_of(3, 99),
                                         superblock_of(4, 10), superblock_of(5, 10)};
  for (std::uint64_t second = 0; second < 2000; ++second) surveys.refresh(superblocks, second * kSecond, {});
  const Minors walked = host.take();
  const auto times = [&](std::uint32_t minor) { return std::count(walked.begin(), walked.end(), minor); };
  for (const std::uint32_t minor : {4U, 5U}) CHECK(times(minor) >= 2);
  for (const std::uint32_t minor : {1U, 2U, 3U}) CHECK(times(minor) >= 3 * times(4));
}

TEST_CASE("what cannot be entered is not surveyed", "[sources]") {
  FakeHost host;
  Surveys surveys = host.surveys();
  std::vector<Superblock> superblocks = {superblock_of(1, 99), superblock_of(2, 99), superblock_of(3, 99),
                                         superblock_of(4, 99)};
  superblocks[0].dead = true;
  superblocks[1].kind = "internal";
  superblocks[2].mounts.own()[0].pid = 0;
  superblocks[3].mounts = {};
  surveys.refresh(superblocks, 0, {id_of(1), id_of(2), id_of(3), id_of(4)});
  CHECK(host.take().empty());
  CHECK(surveys.remembered() == 0);
}

TEST_CASE("what was found stays while it is there", "[sources]") {
  FakeHost host;
  Surveys surveys = host.surveys();
  std::vector<Superblock> superblocks = {superblock_of(1, 90)};
  superblocks[0].id.generation = 0;
  surveys.refresh(superblocks, 0, {});
  const SurveyRef first = superblocks[0].survey;
  REQUIRE(first);
  SECTION("when it has its first event, and with it a generation") {
    superblocks = {superblock_of(1, 90)};
    surveys.refresh(superblocks, kSecond, {});
    CHECK(superblocks[0].survey == first);
  }
  SECTION("when it cannot be entered any more") {
    host.reachable = false;
    superblocks = {superblock_of(1, 90)};
    surveys.refresh(superblocks, 10 * kSecond, {});
    CHECK(host.take() == Minors{1, 1});
    CHECK(superblocks[0].survey == first);
    superblocks = {superblock_of(1, 90)};
    superblocks[0].dead = true;
    surveys.refresh(superblocks, 20 * kSecond, {});
    CHECK(superblocks[0].survey == first);
  }
  SECTION("and is forgotten with it") {
    std::vector<Superblock> none;
    surveys.refresh(none, kSecond, {});
    CHECK(surveys.remembered() == 0);
    // Another one that bears the number.
    superblocks = {superblock_of(1, 90)};
    superblocks[0].id.generation = 7;
    surveys.refresh(superblocks, 2 * kSecond, {});
    CHECK(superblocks[0].survey != first);
    CHECK(host.take() == Minors{1, 1});
  }
}

// As after a restart: it ended while no tool ran, and its device number is another's.
TEST_CASE("a dead superblock takes nothing from the one that bears its device number", "[sources]") {
  FakeHost host;
  Surveys surveys = host.surveys();
  Superblock living = superblock_of(1, 10);
  living.id.generation = 0;
  Superblock dead = superblock_of(1);
  dead.id.generation = 7;
  dead.dead = true;
  dead.mounts = {};
  std::vector<Superblock> superblocks = {living, dead};
  surveys.refresh(superblocks, kSecond, {});
  CHECK(superblocks[0].survey);
  CHECK_FALSE(superblocks[1].survey);
  CHECK(surveys.remembered() == 1);
  // Its first event names it.
  superblocks = {living, dead};
  superblocks[0].id.generation = 9;
  surveys.refresh(superblocks, 2 * kSecond, {});
  CHECK(superblocks[0].survey);
  CHECK_FALSE(superblocks[1].survey);
  CHECK(surveys.remembered() == 1);
}

TEST_CASE("processes are looked at when a superblock holds more than its files", "[sources]") {
  constexpr std::uint64_t kMiB = 1U << 20;
  FakeHost host;
  host.entries = 256;  // 1 MiB
  host.unlinked = UnlinkedByDevice{{{0, 1}, {3, 7 * kMiB}}};
  Surveys surveys = host.surveys();
  std::vector<Superblock> superblocks = {superblock_of(1, 8 * kMiB, 64 * kMiB)};
  const auto refresh_at = [&](std::uint64_t second) {
    for (Superblock& superblock : superblocks) superblock.survey = nullptr;
    surveys.refresh(superblocks, second * kSecond, {id_of(1)});
    REQUIRE(superblocks[0].survey);
  };
  SECTION("once a minute") {
    refresh_at(0);
    CHECK(host.looks == 1);
    CHECK(superblocks[0].survey->unlinked_files == 3U);
    CHECK(superblocks[0].survey->unlinked_bytes == 7 * kMiB);
    host.unlinked->at({0, 1}).files = 4;
    refresh_at(59);
    CHECK(host.looks == 1);
    CHECK(superblocks[0].survey->monotonic_ns == 59 * kSecond);
    CHECK(superblocks[0].survey->unlinked_files == 3U);  // as of the last look
    refresh_at(70);
    CHECK(host.looks == 2);
    CHECK(superblocks[0].survey->unlinked_files == 4U);
    // Nothing is missing any more.
    superblocks[0].used_bytes = kMiB;
    refresh_at(200);
    CHECK(host.looks == 2);
    CHECK_FALSE(superblocks[0].survey->unlinked_files);
  }
  SECTION("not for less than a MiB") {
    superblocks[0].used_bytes = 2 * kMiB - 4096;
    refresh_at(0);
    CHECK(host.looks == 0);
    CHECK_FALSE(superblocks[0].survey->unlinked_bytes);
  }
  SECTION("a look that could not be done tells nothing") {
    host.unlinked.reset();
    refresh_at(0);
    CHECK(host.looks == 1);
    CHECK_FALSE(superblocks[0].survey->unlinked_bytes);
  }
}

TEST_CASE("of whom more was refused", "[sources]") {
  const auto row = [](CgroupId cgroup, std::uint32_t minor, std::uint64_t count) {
    LedgerRow made{cgroup, id_of(minor), {}};
    made.counters.refusals.emplace().add(TMPFS_OP_WRITE, TMPFS_CAUSE_BLOCKS, count);
    return made;
  };
  RefusedSince refused;
  using Ids = std::set<SuperblockId>;
  CHECK(refused.find({{1, id_of(3), {}}}).empty());  // not known
  CHECK(refused.find({row(1, 1, 0), row(1, 2, 5)}) == Ids{id_of(2)});
  CHECK(refused.find({row(1, 1, 0), row(1, 2, 5)}).empty());
  CHECK(refused.find({row(1, 1, 1), row(1, 2, 5)}) == Ids{id_of(1)});
  CHECK(refused.find({row(1, 1, 1), row(1, 2, 5), row(7, 2, 1)}) == Ids{id_of(2)});
  CHECK(refused.find({row(1, 1, 1), row(1, 2, 2)}).empty());  // one of the rows has gone
}
