// SPDX-License-Identifier: Apache-2.0
// What went wrong once, and what is said of it: a 64 MiB /dev/shm that 16,384 session files filled, 18 a minute.
#include <catch2/catch.hpp>

#include "../support/sample_builder.h"
#include "model/analyst.h"
#include "model/verdicts.h"

using namespace tmpfstrace;
using namespace tmpfstrace::test;

namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::uint64_t mib = 1 << 20;
constexpr std::uint64_t noon = 1776513600 * second;  // 2026-04-18T12:00:00Z
constexpr SuperblockId shm{0, 45, 1};
constexpr CgroupId writer = 4711;

OwnerRef outpost() {
  Owner owner;
  owner.kind = "pod";
  owner.k8s_namespace = "auth";
  owner.pod_name = "outpost";
  owner.pod_uid = "77aa";
  return std::make_shared<const Owner>(owner);
}

// A container of that pod, or of another.
OwnerRef container(const char* name, const char* pod_uid = "77aa") {
  Owner owner = *outpost();
  owner.kind = "container";
  owner.pod_uid = pod_uid;
  owner.k8s_container = name;
  return std::make_shared<const Owner>(owner);
}

Superblock dev_shm(std::uint64_t used, std::uint64_t size = 64 * mib) {
  Superblock superblock;
  superblock.id = shm;
  superblock.kind = "tmpfs";
  superblock.mounts = {{1, 100, 10, "/", "/run/sandboxes/51be/shm", ""}, {2, 200, 20, "/", "/dev/shm", ""}};
  superblock.size_bytes = size;
  superblock.used_bytes = used;
  superblock.owner = outpost();
  return superblock;
}

// 18 a minute, the last one now.
SurveyRef session_files(std::uint64_t files) {
  FileSurvey survey;
  survey.files = survey.entries = files;
  survey.complete = true;
  FilePattern pattern;
  pattern.directory = "/";
  pattern.pattern = "session_*";
  pattern.files = files;
  pattern.allocated_bytes = files * 4096;
  pattern.newest_ns = noon;
  pattern.oldest_ns = noon - (files - 1) * 60 * second / 18;
  survey.patterns = {pattern};
  return std::make_shared<const FileSurvey>(survey);
}

Sample sample_of(std::uint64_t time, const Superblock& superblock, std::uint64_t refused = 0) {
  Sample sample = sample_at(time);
  sample.realtime_ns = noon + time;
  sample.superblocks = {superblock};
  sample.node = NodeMemory{16384 * mib, 8192 * mib, 0};
  Counters counters = zero_counters();
  counters.seeded_bytes = superblock.used_bytes;
  if (refused != 0) counters.refusals->add(TMPFS_OP_WRITE, TMPFS_CAUSE_BLOCKS, refused);
  add_row(sample, writer, superblock.id, counters);
  Cgroup cgroup;
  cgroup.id = writer;
  cgroup.path = "/kubepods/pod77aa/51be";
  cgroup.memory_current = *superblock.used_bytes + 150 * mib;
  cgroup.memory_max = 256 * mib;
  cgroup.owner = container("proxy");
  sample.cgroups = {cgroup};
  return sample;
}

}  // namespace

TEST_CASE("a full mount that refuses: whose, what, since when, which files and what would do") {
  Superblock superblock = dev_shm(64 * mib);
  superblock.survey = session_files(16384);
  Analyst analyst;
  analyst.add(sample_of(1 * second, superblock));
  const auto snapshot = analyst.add(sample_of(2 * second, superblock, 27600));
  REQUIRE(snapshot->verdicts.size() == 1);
  const Verdict& verdict = snapshot->verdicts[0];
  CHECK(verdict.kind == VerdictKind::refused);
  CHECK(verdict.severity == Severity::critical);
  CHECK(verdict.limit == "blocks");
  CHECK(verdict.cgroup == writer);
  // It has no inode limit: that is no limit of 0.
  for (const auto& [name, number] : verdict.evidence) CHECK(name != "inodes_total");
  // Seven days of them are 181,440 files = 709 MiB; beside them the writer takes 150 MiB, a tenth more is 165 MiB.
  CHECK(
      verdict.sentence() ==
      "pod auth/outpost container proxy: /dev/shm is full (64 MiB, blocks); 27,600 operations refused since 12:00:02; "
      "16,384 session_* files, none removed, 18 a minute; to hold 7 days of them: size 768 MiB and memory limit "
      "1 GiB.");

  SECTION("a minute after the last refusal it is only full") {
    const auto later = analyst.add(sample_of(63 * second, superblock, 27600));
    REQUIRE(later->verdicts.size() == 1);
    CHECK(later->verdicts[0].kind == VerdictKind::full);
    CHECK(later->verdicts[0].fingerprint() != verdict.fingerprint());
  }
  SECTION("the mount is named as who was refused sees it") {
    RefusalEvent event;
    event.superblock = shm;
    event.realtime_ns = noon + 2 * second + second / 2;
    event.mount_point = "/mnt/shared";
    analyst.add(event);
    const auto later = analyst.add(sample_of(3 * second, superblock, 27601));
    CHECK(later->verdicts[0].subject == "pod auth/outpost container proxy: /mnt/shared");
  }
  SECTION("the container is named when it is known and the pod's, and is no other trouble") {
    const auto told = [&](OwnerRef owner) {
      Sample sample = sample_of(3 * second, superblock, 27601);
      sample.cgroups[0].owner = std::move(owner);
      return analyst.add(std::move(sample))->verdicts[0];
    };
    CHECK(told(nullptr).subject == "pod auth/outpost: /dev/shm");
    CHECK(told(container("proxy", "88bb")).subject == "pod auth/outpost: /dev/shm");
    CHECK(told(nullptr).fingerprint() == verdict.fingerprint());
  }
  SECTION("of several that one limit binds it is the one that writes most") {
    Sample sample = sample_of(3 * second, superblock, 27601);
    sample.ledger[0].counters.allocated_bytes = 10 * mib;
    Counters more = zero_counters();
    more.allocated_bytes = 128 * mib;
    add_row(sample, 4712, shm, more);
    Cgroup pod;
    pod.id = 4710;
    pod.path = "/kubepods/pod77aa";
    pod.memory_current = 200 * mib;
    pod.memory_max = 256 * mib;
    Cgroup other = sample.cgroups[0];
    other.id = 4712;
    other.path = "/kubepods/pod77aa/62cf";
    sample.cgroups[0].owner = container("sidecar");
    other.owner = container("proxy");
    sample.cgroups[0].memory_max = other.memory_max = {};
    sample.cgroups.insert(sample.cgroups.begin(), {pod, other});
    CHECK(analyst.add(std::move(sample))->verdicts[0].subject == "pod auth/outpost container proxy: /dev/shm");
  }
  SECTION("the same thing has the same fingerprint, in another process as well") {
    Analyst other;
    other.add(sample_of(70 * second, superblock, 1));
    CHECK(other.add(sample_of(71 * second, superblock, 2))->verdicts[0].fingerprint() == verdict.fingerprint());
  }
  SECTION("a walk that came to its bound tells a part of the files") {
    FileSurvey part = *session_files(12032);
    part.complete = false;
    superblock.survey = std::make_shared<const FileSurvey>(part);
    const auto later = analyst.add(sample_of(3 * second, superblock, 27601));
    CHECK(later->verdicts[0].finding.find("; at least 12,032 session_* files, none removed, 18 a minute") !=
          std::string::npos);
  }
}

TEST_CASE("who makes the files is said, and how many were removed where all was told") {
  Superblock superblock = dev_shm(64 * mib);
  FileSurvey survey = *session_files(16384);
  survey.patterns[0].key = 5;
  superblock.survey = std::make_shared<const FileSurvey>(survey);
  FileActivity activity;
  activity.created = 100;
  PatternActivity pattern;
  pattern.key = 5;
  pattern.created = 60;
  pattern.creators = {{writer, "gunicorn", "python3.11", 7, 60, true}};
  activity.patterns = {pattern};
  const auto finding = [&] {
    superblock.activity = std::make_shared<const FileActivity>(activity);
    Sample sample = sample_of(1 * second, superblock, 3);
    (*sample.ledger[0].counters.created)[TMPFS_KIND_REGULAR] = 100;
    (*sample.ledger[0].counters.removed)[TMPFS_KIND_REGULAR] = 40;
    return Analyst().add(std::move(sample))->verdicts.at(0).finding;
  };
  CHECK(finding() ==
        "is full (64 MiB, blocks); 3 operations refused since 12:00:01; 16,384 session_* files, none removed, "
        "18 a minute by gunicorn (python3.11)");
  activity.patterns[0].removed = 12;
  CHECK(finding().ends_with("session_* files, 12 removed, 18 a minute by gunicorn (python3.11)"));
  activity.created = 99;  // one was not told
  CHECK(finding().ends_with("session_* files, 18 a minute by gunicorn (python3.11)"));
  activity.patterns[0].key = 6;
  CHECK(finding().ends_with("session_* files, 18 a minute"));
}

TEST_CASE("a tmpfs that is larger than its writer's memory is said so before it fills") {
  Analyst analyst;
  const auto snapshot = analyst.add(sample_of(second, dev_shm(40 * mib, 512 * mib)));
  REQUIRE(snapshot->verdicts.size() == 1);
  const Verdict& verdict = snapshot->verdicts[0];
  CHECK(verdict.kind == VerdictKind::kills_first);
  // 190 of 256 MiB are in use: 66 MiB more, with 40 in use that is 106 MiB. The size that fits: 40 + 0.9 x 66 = 99.4
  // MiB. The limit that fits: 256 + (472 - 66) x 1.1 = 702.6 MiB.
  CHECK(verdict.sentence() ==
        "pod auth/outpost container proxy: /dev/shm may hold 512 MiB, but its writers have memory for 106 MiB only "
        "(limit 256 MiB): they are killed before it is full; size 96 MiB or memory limit 768 MiB.");
}

TEST_CASE("quiet, and what is nearly full") {
  Analyst analyst;
  CHECK(analyst.add(sample_of(second, dev_shm(30 * mib)))->verdicts.empty());
  const auto snapshot = analyst.add(sample_of(2 * second, dev_shm(60 * mib)));
  REQUIRE(snapshot->verdicts.size() == 1);
  CHECK(snapshot->verdicts[0].kind == VerdictKind::nearly_full);
  CHECK(snapshot->verdicts[0].finding == "is 93 % full (64 MiB, blocks)");
}

TEST_CASE("a fill is announced when it is near, with the limit that binds first") {
  Analyst analyst;
  std::shared_ptr<const Snapshot> last;
  // 10 KiB a second from 20 MiB on: 64 MiB are full after 4,505 s.
  for (std::uint64_t time = 1; time < 4400; time += 10) {
    Superblock superblock = dev_shm(20 * mib + time * 10240 / 4096 * 4096);
    superblock.inodes_total = 100000;
    superblock.inodes_used = 10;
    last = analyst.add(sample_of(time * second, superblock));
    for (const Verdict& verdict : last->verdicts) CHECK(verdict.kind != VerdictKind::refused);
  }
  REQUIRE_FALSE(last->verdicts.empty());
  const Verdict& verdict = last->verdicts[0];
  CHECK(verdict.kind == VerdictKind::full_soon);
  CHECK(verdict.limit == "blocks");
  const auto& binding = last->superblocks[0].outlook.binding;
  REQUIRE(binding);
  const double left = static_cast<double>(*binding->forecast.mid_ns) / 1e9;
  CHECK(left > 0.9 * (4505 - 4391));
  CHECK(left < 1.1 * (4505 - 4391));
}

TEST_CASE("what is lost is said last") {
  Analyst analyst;
  Sample sample = sample_of(second, dev_shm(64 * mib));
  sample.losses = {{"slots_full", 1200}, {"ring_full", 0}, {"unreachable_superblocks", 3}};
  const auto snapshot = analyst.add(std::move(sample));
  REQUIRE(snapshot->verdicts.size() == 2);
  CHECK(snapshot->verdicts[0].kind == VerdictKind::full);
  CHECK(snapshot->verdicts[1].sentence() == "tmpfstrace did not count all: 1,200 slots_full.");
}

TEST_CASE("a remount is told with what the limits were") {
  Analyst analyst;
  Superblock superblock = dev_shm(10 * mib);
  superblock.inodes_total = 1000;
  superblock.inodes_used = 5;
  CHECK(analyst.add(sample_of(1 * second, superblock))->limit_changes.empty());
  CHECK(analyst.add(sample_of(2 * second, superblock))->limit_changes.empty());
  superblock.size_bytes = 128 * mib;
  superblock.usage_age_ns = second;  // of an earlier sample: it is told with the next
  CHECK(analyst.add(sample_of(3 * second, superblock))->limit_changes.empty());
  superblock.usage_age_ns.reset();
  const auto changed = analyst.add(sample_of(4 * second, superblock));
  REQUIRE(changed->limit_changes.size() == 1);
  CHECK(changed->limit_changes[0].size_before == 64 * mib);
  CHECK(changed->limit_changes[0].size_bytes == 128 * mib);
  CHECK(changed->limit_changes[0].inodes_before == 1000u);
  CHECK(changed->limit_changes[0].inodes_total == 1000u);
  CHECK(analyst.add(sample_of(5 * second, superblock))->limit_changes.empty());
  superblock.inodes_total.reset();  // nr_inodes=0
  CHECK(analyst.add(sample_of(6 * second, superblock))->limit_changes.size() == 1);
}
