// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "tui/notice_log.h"
#include "tui_samples.h"

using namespace tmpfstrace;
using namespace tmpfstrace::tui_test;

namespace {

using Texts = std::vector<std::string>;

Texts texts(const NoticeLog& log) {
  Texts texts;
  for (const Notice& notice : log.notices()) texts.push_back(notice.kind + " " + notice.text);
  return texts;
}

Verdict full(std::uint32_t minor) {
  Verdict verdict;
  verdict.kind = VerdictKind::full;
  verdict.superblock = SuperblockId{0, minor, 0};
  verdict.subject = "/mnt/" + std::to_string(minor);
  verdict.finding = "is full";
  return verdict;
}

struct Log {
  Snapshot before, now;
  NoticeLog log;

  Log() {
    before.mode = {"exact", "fentry", "it works", {}};
    before.realtime_ns = noon;
    before.superblocks = {superblock(45, {mount_at(1, "/dev/shm")}), superblock(46, {mount_at(2, "/run")})};
    now = before;
    now.realtime_ns += second;
  }
  Texts observed() {
    Tracks tracks;
    tracks.add(before);
    before.monotonic_ns = 1;
    now.monotonic_ns = 2;
    const Changes changes = tracks.add(now, &before);
    log.observe(&before, now, &changes);
    return texts(log);
  }
};

}  // namespace

TEST_CASE_METHOD(Log, "nothing new, nothing said", "[tui][notices]") { CHECK(observed().empty()); }

TEST_CASE_METHOD(Log, "the first sample tells the mode and what is wrong already", "[tui][notices]") {
  before.verdicts = {full(45)};
  before.losses["ring_full"] = 4;
  log.observe(nullptr, before);
  CHECK(texts(log) ==
        Texts{"mode exact/fentry: it works", "loss not counted: ring_full rose by 4 to 4", "found /mnt/45 is full."});
}

TEST_CASE_METHOD(Log, "verdicts come and go", "[tui][notices]") {
  before.verdicts = {full(45)};
  now.verdicts = {full(46)};
  CHECK(observed() == Texts{"found /mnt/46 is full.", "over /mnt/45 is full"});
  CHECK(log.notices()[0].severity == Severity::critical);
  CHECK(log.notices()[0].realtime_ns == noon + second);
}

TEST_CASE_METHOD(Log, "losses rise, modes change, limits change", "[tui][notices]") {
  before.losses = {{"ring_full", 1}, {"seed_busy", 2}};
  now.losses = {{"ring_full", 3}, {"seed_busy", 2}};
  now.mode = {"poll", "", "no BPF any more", {}};
  LimitChange change;
  change.mount_point = "/dev/shm";
  change.size_before = 64 * mib;
  change.size_bytes = 128 * mib;
  now.limit_changes = {change};
  CHECK(observed() == Texts{"mode exact/fentry -> poll: no BPF any more", "loss not counted: ring_full rose by 2 to 3",
                            "limit /dev/shm: size 64 MiB -> 128 MiB"});
}

TEST_CASE_METHOD(Log, "superblocks appear and go; one whose generation becomes known stays", "[tui][notices]") {
  before.superblocks[0].info.id.generation = 0;
  now.superblocks.pop_back();
  now.superblocks.push_back(superblock(47, {mount_at(3, "/new")}));
  CHECK(observed() == Texts{"mount appeared: /new", "mount gone: /run"});
}

TEST_CASE("the log is bounded, and goes back with a recording", "[tui][notices]") {
  NoticeLog log(3);
  for (std::uint64_t at = 1; at <= 5; ++at) log.push(at * second, Severity::info, "screen", std::to_string(at));
  CHECK(texts(log) == Texts{"screen 3", "screen 4", "screen 5"});
  CHECK(log.notices().back().number == 5);
  log.forget_after(4 * second);
  CHECK(texts(log) == Texts{"screen 3", "screen 4"});
  log.forget_from(4 * second);
  CHECK(texts(log) == Texts{"screen 3"});
}
