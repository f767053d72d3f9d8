// SPDX-License-Identifier: Apache-2.0
#include "sample_builder.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>

#include "model/derive.h"

namespace tmpfstrace::test {
namespace {

std::string read_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot open " + path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Every member set, though no object has all of them.
OwnerRef full_owner() {
  auto owner = std::make_shared<Owner>();
  for (const auto& [name, member] : owner_fields) (*owner).*member = std::string("<") + name + ">";
  owner->kind = "container";
  return owner;
}

SurveyRef full_survey() {
  FileSurvey survey;
  survey.monotonic_ns = 1101;
  survey.files = 1102;
  survey.entries = 1103;
  survey.complete = true;
  survey.allocated_bytes = 1104;
  survey.size_bytes = 1105;
  survey.promised_bytes = 1106;
  survey.unlinked_files = 1107;
  survey.unlinked_bytes = 1108;
  survey.patterns = {{"/", "session_*", 1109, 1110, 1111, 1112, 1776496329000000001, 1776496329000000002, 1113, 1118},
                     {"/a", "\xff\n", 1114, 1115, 1116, 1117, std::nullopt, std::nullopt, 0}};
  return std::make_shared<const FileSurvey>(survey);
}

ActivityRef full_activity() {
  FileActivity activity;
  activity.created = 1201;
  activity.removed = 1202;
  activity.recent_ns = 1203000000000;
  PatternActivity& pattern = activity.patterns.emplace_back();
  pattern.directory = "/a";
  pattern.pattern = "\xff*";
  pattern.key = 1204;
  pattern.created = 1205;
  pattern.removed = 1206;
  pattern.counts_over = 1207;
  pattern.created_recently = 1208;
  pattern.removed_recently = 1209;
  pattern.creators = {{1210, "gunicorn\n", "python3.11", 1211, 1212, true},
                      {1213, "kloop0", "", 1214, 1215, std::nullopt}};
  pattern.created_by_others = 1216;
  return std::make_shared<const FileActivity>(activity);
}

Superblock full_superblock() {
  Superblock superblock;
  superblock.id = {1, 45, 1001};
  superblock.kind = "tmpfs";
  superblock.dead = true;
  superblock.mounts = {{77, 4026531841, 501, "/a", "/dev/shm", "rw,size=65536k"},
                       {78, 4026531842, 502, "/", "/mnt", "ro"}};
  superblock.size_bytes = 67108864;
  superblock.used_bytes = 1002;
  superblock.inodes_total = 1003;
  superblock.inodes_used = 1004;
  superblock.usage_age_ns = 1005;
  superblock.drift_bytes = -4096;
  superblock.drift_inodes = -1;
  superblock.owner = full_owner();
  superblock.survey = full_survey();
  superblock.activity = full_activity();
  return superblock;
}

Counters full_counters() {
  Counters counters;
  counters.allocated_bytes = 81920;
  counters.freed_bytes = 4096;
  counters.seeded_bytes = 8192;
  counters.seeded_inodes = 11;
  counters.written_bytes = 30000;
  counters.write_calls = 20;
  counters.short_writes = 2;
  counters.created = {100, 101, 102, 103, 104, 105};
  counters.removed = {1, 2, 3, 4, 5, 6};
  counters.xattr_bytes = 1024;
  auto& refusals = counters.refusals.emplace();
  refusals.add(TMPFS_OP_WRITE, TMPFS_CAUSE_BLOCKS, 7);
  refusals.add(TMPFS_OP_MKDIR, TMPFS_CAUSE_INODES, 8);
  refusals.add(TMPFS_OP_RENAME, TMPFS_CAUSE_MEMORY, 9);
  counters.events_held = {21, 22, 23, 24, 25};
  return counters;
}

SelfCost full_self() {
  SelfCost self;
  self.process = {801'000'000, 802, 803};
  self.worker = {804'000'000, 805, 806};
  self.map_bytes = 807;
  self.map_bytes_measured = true;
  self.window = ProgramWindow{3'000'000'000, 4'000'000'000, {{"w_exit", 808, 8'000'000}, {"idle", 0, 0}}};
  return self;
}

}  // namespace

std::string fixture_path(const std::string& name) {
  // This file was compiled from the top of the tree, or by its whole path.
  const auto support = std::filesystem::path(__FILE__).parent_path();
  return (support.parent_path() / "fixtures" / name).string();
}

std::string read_fixture(const std::string& name) { return read_whole(fixture_path(name)); }

TemporaryFile::TemporaryFile(const std::string& suffix) {
  directory_ = (std::filesystem::temp_directory_path() / "tmpfstrace-test-XXXXXX").string();
  if (mkdtemp(directory_.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = directory_ + "/file" + suffix;
}

TemporaryFile::~TemporaryFile() {
  std::error_code ignored;  // nothing a destructor could do
  std::filesystem::remove_all(directory_, ignored);
}

std::string TemporaryFile::read() const { return read_whole(path_); }

void TemporaryFile::write(const std::string& content) const {
  std::ofstream file(path_, std::ios::binary | std::ios::trunc);
  file << content;
  if (!file.flush()) throw std::runtime_error("cannot write " + path_);
}

Counters zero_counters() {
  Counters counters;
  counters.allocated_bytes = counters.freed_bytes = counters.seeded_bytes = counters.seeded_inodes = 0;
  counters.written_bytes = counters.write_calls = counters.short_writes = counters.xattr_bytes = 0;
  counters.created.emplace().fill(0);
  counters.removed.emplace().fill(0);
  counters.refusals.emplace();
  counters.events_held.emplace();
  return counters;
}

Snapshot derive_after(const Sample& now, const Sample& before) {
  const Snapshot previous = derive_snapshot(before, nullptr);
  return derive_snapshot(now, &previous);
}

Sample sample_at(std::uint64_t monotonic_ns) {
  Sample sample;
  sample.monotonic_ns = monotonic_ns;
  return sample;
}

void add_row(Sample& sample, CgroupId cgroup, const SuperblockId& superblock, const Counters& counters) {
  sample.ledger.push_back({cgroup, superblock, counters});
}

Sample full_sample() {
  Sample sample;
  sample.sequence = 3;
  sample.realtime_ns = 1776496329123456789;  // 2026-04-18T07:12:09.123456789Z
  sample.monotonic_ns = 5000000000;
  sample.counting_since_ns = 1776496300000000007;
  sample.kernel = "6.12.0-amd64";
  sample.mode = {"exact", "fentry", "the best", {"nothing of \"x\"", "two"}};
  sample.superblocks = {full_superblock()};
  sample.cgroups.resize(2);
  const CgroupMemory limited = {.memory_current = 601,
                                .memory_max = 602,
                                .memory_unlimited = false,
                                .memory_high = 606,
                                .swap_current = 607,
                                .swap_max = 608,
                                .oom_kills = 609,
                                .shmem_bytes = 603,
                                .reclaimable_bytes = 610};
  CgroupMemory unlimited;
  unlimited.memory_current = 604;
  unlimited.memory_unlimited = true;
  sample.cgroups[0] = {limited, 4711, "/kubepods/a", true, 605, full_owner()};
  sample.cgroups[1] = {unlimited, 4712, "/", false, std::nullopt, nullptr};
  add_row(sample, 4711, {1, 45, 1001}, full_counters());
  add_row(sample, 4712, {1, 45, 1001}, {});
  sample.losses = {{"ring_full", 31}, {"slots_full", 0}};
  sample.node = NodeMemory{611, 612, 613};
  sample.self = full_self();
  return sample;
}

RefusalEvent full_event() {
  RefusalEvent event;
  event.realtime_ns = 1776496329000000001;
  event.monotonic_ns = 4999000000;
  event.cgroup = 4711;
  event.cgroup_path = "/kubepods/a";
  event.owner = full_owner();
  event.superblock = {1, 45, 1001};
  event.mount_point = "/dev/shm";
  event.tgid = 701;
  event.tid = 702;
  event.comm = "auth";
  event.operation = TMPFS_OP_FALLOCATE;
  event.cause = TMPFS_CAUSE_MEMCG;
  event.error = "ENOSPC";
  event.bytes_asked = 1500;
  event.bytes_done = 4;
  event.inode = 703;
  event.file = "session_abc";
  event.directory = "shm";
  event.stack = {"write+0x14 (libc.so.6)", "0x401000"};
  return event;
}

}  // namespace tmpfstrace::test
