// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../support/sample_builder.h"
#include "sources/recorder.h"
#include "sources/recording_format.h"
#include "sources/replay_source.h"

using namespace tmpfstrace;
using namespace tmpfstrace::test;

// Written out field by field: were they compared through recording_fields.h, a field missing there would go unnoticed.
namespace tmpfstrace {

template <typename Ref>
static bool same(const Ref& a, const Ref& b) {
  return a == nullptr || b == nullptr ? a == b : *a == *b;
}

static bool operator==(const Counters& a, const Counters& b) {
  return a.allocated_bytes == b.allocated_bytes && a.freed_bytes == b.freed_bytes && a.seeded_bytes == b.seeded_bytes &&
         a.seeded_inodes == b.seeded_inodes && a.written_bytes == b.written_bytes && a.write_calls == b.write_calls &&
         a.short_writes == b.short_writes && a.created == b.created && a.removed == b.removed &&
         a.xattr_bytes == b.xattr_bytes && a.refusals == b.refusals && a.events_held == b.events_held;
}

static bool operator==(const Mount& a, const Mount& b) {
  return a.mount_id == b.mount_id && a.mount_namespace == b.mount_namespace && a.pid == b.pid && a.root == b.root &&
         a.mount_point == b.mount_point && a.options == b.options;
}

static bool operator==(const Superblock& a, const Superblock& b) {
  return a.id == b.id && a.kind == b.kind && a.dead == b.dead && a.mounts == b.mounts && a.size_bytes == b.size_bytes &&
         a.used_bytes == b.used_bytes && a.inodes_total == b.inodes_total && a.inodes_used == b.inodes_used &&
         a.usage_age_ns == b.usage_age_ns && a.drift_bytes == b.drift_bytes && a.drift_inodes == b.drift_inodes &&
         same(a.owner, b.owner) && same(a.survey, b.survey);
}

static bool operator==(const Cgroup& a, const Cgroup& b) {
  return a.id == b.id && a.path == b.path && a.dead == b.dead &&
         static_cast<const CgroupMemory&>(a) == static_cast<const CgroupMemory&>(b) &&
         a.memory_age_ns == b.memory_age_ns && same(a.owner, b.owner);
}

static bool operator==(const LedgerRow& a, const LedgerRow& b) {
  return a.cgroup == b.cgroup && a.superblock == b.superblock && a.counters == b.counters;
}

static bool operator==(const Mode& a, const Mode& b) {
  return a.name == b.name && a.hooks == b.hooks && a.reason == b.reason && a.blind == b.blind;
}

static bool operator==(const ProcessCost& a, const ProcessCost& b) {
  return a.cpu_ns == b.cpu_ns && a.rss_bytes == b.rss_bytes && a.private_bytes == b.private_bytes;
}

static bool operator==(const ProgramRuns& a, const ProgramRuns& b) {
  return a.name == b.name && a.runs == b.runs && a.run_time_ns == b.run_time_ns;
}

static bool operator==(const ProgramWindow& a, const ProgramWindow& b) {
  return a.start_ns == b.start_ns && a.end_ns == b.end_ns && a.programs == b.programs;
}

static bool operator==(const SelfCost& a, const SelfCost& b) {
  return a.process == b.process && a.worker == b.worker && a.map_bytes == b.map_bytes &&
         a.map_bytes_measured == b.map_bytes_measured && a.window == b.window && a.no_window == b.no_window;
}

static bool operator==(const Sample& a, const Sample& b) {
  return a.sequence == b.sequence && a.realtime_ns == b.realtime_ns && a.monotonic_ns == b.monotonic_ns &&
         a.kernel == b.kernel && a.mode == b.mode && a.superblocks == b.superblocks && a.cgroups == b.cgroups &&
         a.ledger == b.ledger && a.losses == b.losses && a.self == b.self;
}

static bool operator==(const RefusalEvent& a, const RefusalEvent& b) {
  return a.realtime_ns == b.realtime_ns && a.monotonic_ns == b.monotonic_ns && a.cgroup == b.cgroup &&
         a.cgroup_path == b.cgroup_path && same(a.owner, b.owner) && a.superblock == b.superblock &&
         a.mount_point == b.mount_point && a.tgid == b.tgid && a.tid == b.tid && a.comm == b.comm &&
         a.operation == b.operation && a.cause == b.cause && a.error == b.error && a.bytes_asked == b.bytes_asked &&
         a.bytes_done == b.bytes_done && a.inode == b.inode && a.file == b.file && a.directory == b.directory &&
         a.stack == b.stack;
}

}  // namespace tmpfstrace

namespace {

// Records the event and then the sample, and reads both back.
std::pair<Sample, RefusalEvent> round_trip(const Sample& sample, const RefusalEvent& event, const std::string& suffix) {
  const TemporaryFile file(suffix);
  auto recorder = Recorder::create(file.path(), {"6.12", 5});
  REQUIRE(recorder);
  REQUIRE(recorder->write(event));
  REQUIRE(recorder->write(sample));
  REQUIRE(recorder->finish());

  const auto source = ReplaySource::open(file.path());
  REQUIRE(source);
  const auto read = (*source)->next_sample();
  REQUIRE(read);
  REQUIRE(*read);
  std::vector<RefusalEvent> events;
  REQUIRE((*source)->drain_events([&](const RefusalEvent& one) { events.push_back(one); }));
  REQUIRE(events.size() == 1);
  REQUIRE_FALSE(*(*source)->next_sample());
  CHECK_FALSE((*source)->damage());
  return {**read, events[0]};
}

Sample absent_sample() {
  Sample sample;
  sample.superblocks.resize(1);
  sample.cgroups.resize(1);
  sample.ledger.resize(1);
  return sample;
}

Sample extreme_sample() {
  Sample sample = full_sample();
  sample.monotonic_ns = UINT64_MAX;
  sample.superblocks[0].drift_bytes = INT64_MIN;
  sample.superblocks[0].drift_inodes = INT64_MAX;
  sample.superblocks[0].id = {UINT32_MAX, UINT32_MAX, UINT64_MAX};
  sample.superblocks[0].mounts.own()[0].pid = INT32_MIN;
  sample.ledger[0].counters = zero_counters();
  auto& refusals = sample.ledger[1].counters.refusals.emplace();
  for (int op = 0; op < TMPFS_OP_MAX; ++op)
    for (int cause = 0; cause < TMPFS_CAUSE_MAX; ++cause)
      refusals.add(static_cast<tmpfs_op>(op), static_cast<tmpfs_cause>(cause), UINT64_MAX);
  return sample;
}

}  // namespace

TEST_CASE("what is recorded is what is replayed") {
  const std::string suffix = GENERATE(".ndjson", ".zst");
  SECTION("every field") {
    const auto [sample, event] = round_trip(full_sample(), full_event(), suffix);
    CHECK(sample == full_sample());
    CHECK(event == full_event());
  }
  SECTION("every field absent or empty") {
    const auto [sample, event] = round_trip(absent_sample(), {}, suffix);
    CHECK(sample == absent_sample());
    CHECK(event == RefusalEvent{});
  }
  SECTION("zeros and the largest numbers") {
    const auto [sample, event] = round_trip(extreme_sample(), full_event(), suffix);
    CHECK(sample == extreme_sample());
  }
  SECTION("kinds that are not known, beside kinds that are 0") {
    Sample sample = full_sample();
    sample.ledger[0].counters.created = {5, std::nullopt, std::nullopt, 0, std::nullopt, std::nullopt};
    sample.ledger[1].counters.created.emplace();
    CHECK(round_trip(sample, full_event(), suffix).first == sample);
  }
  SECTION("what the tool costs, where little of it is known") {
    Sample sample = full_sample();
    sample.self = SelfCost{};
    sample.self->no_window = "no BPF program is loaded";
    CHECK(round_trip(sample, full_event(), suffix).first == sample);
  }
  SECTION("bytes that are no text") {
    Sample sample = full_sample();
    Owner owner;
    owner.kind = "container";
    owner.container_name =
        "gr\xc3\xbc\xc3\x9f"
        "e\xff\n";
    sample.cgroups[0].owner = std::make_shared<const Owner>(owner);
    sample.superblocks[0].mounts.own()[0].mount_point = "/mnt/\xff\xfe\n\"\\";
    RefusalEvent event = full_event();
    event.file = std::string("a\0b\xe2\x82", 5);
    event.comm = "gr\xc3\xbc";
    const auto [read_sample, read_event] = round_trip(sample, event, suffix);
    CHECK(read_sample == sample);
    CHECK(read_event == event);
  }
  SECTION("each operation and cause") {
    for (int operation = 0; operation < TMPFS_OP_MAX; ++operation) {
      RefusalEvent event = full_event();
      event.operation = static_cast<tmpfs_op>(operation);
      event.cause = static_cast<tmpfs_cause>(operation % TMPFS_CAUSE_MAX);
      CHECK(round_trip(full_sample(), event, suffix).second == event);
    }
  }
}

TEST_CASE("owners of earlier and of later versions", "[owner]") {
  const auto cgroup_of = [](const std::string& owner) {
    std::string line = encode_sample(absent_sample());
    const std::string place = R"("memory_unlimited":false)";
    line.insert(line.find(place), owner);
    const auto decoded = decode_line(line);
    return decoded ? Result<Cgroup>(std::get<Sample>(*decoded).cgroups.at(0)) : tl::unexpected(decoded.error());
  };
  CHECK(cgroup_of("")->owner == nullptr);
  const auto later = cgroup_of(R"("owner":{"kind":"unit","systemd.unit":"x.service","k8s.pod.ip":["::1"]},)");
  REQUIRE(later);
  REQUIRE(later->owner != nullptr);
  CHECK(*later->owner == *owner_of_cgroup_path("/x.service"));
  const auto bad = cgroup_of(R"("owner":{"kind":7},)");
  REQUIRE_FALSE(bad);
  CHECK(bad.error().message == "sample: cgroups[0].owner.kind: expected a string");
}

TEST_CASE("an event belongs to the sample that follows it") {
  const TemporaryFile file(".ndjson");
  auto recorder = Recorder::create(file.path(), {"6.12", 5});
  REQUIRE(recorder);
  RefusalEvent event;
  const auto write_event = [&](std::uint64_t inode) {
    event.inode = inode;
    REQUIRE(recorder->write(event));
  };
  REQUIRE(recorder->write(sample_at(1)));
  write_event(11);
  write_event(12);
  REQUIRE(recorder->write(sample_at(2)));
  write_event(13);
  REQUIRE(recorder->finish());

  const auto source = ReplaySource::open(file.path());
  REQUIRE(source);
  const auto inodes = [&] {
    std::vector<std::uint64_t> list;
    REQUIRE((*source)->drain_events([&](const RefusalEvent& one) { list.push_back(one.inode); }));
    return list;
  };
  CHECK((*(*source)->next_sample())->monotonic_ns == 1);
  CHECK(inodes().empty());
  CHECK((*(*source)->next_sample())->monotonic_ns == 2);
  CHECK(inodes() == std::vector<std::uint64_t>{11, 12});
  CHECK(inodes().empty());
  CHECK_FALSE(*(*source)->next_sample());
  CHECK(inodes() == std::vector<std::uint64_t>{13});
  CHECK_FALSE(*(*source)->next_sample());
}

TEST_CASE("a killed recorder loses no sample that was written") {
  const std::string suffix = GENERATE(".ndjson", ".zst");
  const TemporaryFile file(suffix);
  auto recorder = Recorder::create(file.path(), {"6.12", 5});
  REQUIRE(recorder);
  for (std::uint64_t time = 1; time <= 3; ++time) {
    REQUIRE(recorder->write(sample_at(time)));
    // Another process reads while this one has not finished.
    const auto source = ReplaySource::open(file.path());
    REQUIRE(source);
    std::uint64_t played = 0;
    while (*(*source)->next_sample()) ++played;
    CHECK(played == time);
    CHECK((*source)->damage().has_value() == (suffix == ".zst"));
  }
}

TEST_CASE("a recording is for its owner alone, and replaces one of its name") {
  const TemporaryFile file(".ndjson");
  const bool exists = GENERATE(false, true);
  if (exists) {
    file.write(std::string(1000, 'x'));
    REQUIRE(chmod(file.path().c_str(), 0644) == 0);
  }
  REQUIRE(Recorder::create(file.path(), {"k", 5}));
  CHECK(file.read() == "{\"schema\":\"tmpfstrace-recording/1\",\"kernel\":\"k\",\"start_ns\":5}\n");
  struct stat status {};
  REQUIRE(stat(file.path().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("a recording does not go where a symbolic link leads") {
  const TemporaryFile target(".ndjson");
  target.write("precious");
  const std::string link = target.path() + ".link";
  REQUIRE(symlink(target.path().c_str(), link.c_str()) == 0);
  const auto recorder = Recorder::create(link, {"k", 5});
  REQUIRE_FALSE(recorder);
  CHECK(recorder.error().message == "cannot record to " + link + ": it is a symbolic link");
  CHECK(target.read() == "precious");
}

TEST_CASE("a recording does not go into the file of another user") {
  const TemporaryFile file(".ndjson");
  file.write("theirs");
  if (chown(file.path().c_str(), 65534, 65534) != 0) {
    WARN("skipped: no right to give a file away");
    return;
  }
  const auto recorder = Recorder::create(file.path(), {"k", 5});
  REQUIRE_FALSE(recorder);
  CHECK(recorder.error().message == "cannot record to " + file.path() + ": the file belongs to another user");
  CHECK(file.read() == "theirs");
}

TEST_CASE("a recording goes into a pipe, by its name or through a symbolic link") {
  const TemporaryFile file(".fifo");
  REQUIRE(mkfifo(file.path().c_str(), 0644) == 0);
  const int reader = open(file.path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  REQUIRE(reader >= 0);
  // As /dev/stdout and bash's >(...) do.
  const std::string link = file.path() + ".link";
  REQUIRE(symlink(file.path().c_str(), link.c_str()) == 0);
  for (const std::string& name : {file.path(), link}) {
    REQUIRE(Recorder::create(name, {"k", 5}));
    char text[200];
    CHECK(read(reader, text, sizeof text) == 62);
  }
  struct stat status {};
  REQUIRE(stat(file.path().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0644);
  close(reader);
}

TEST_CASE("a recording that cannot be written says so") {
  const auto missing = Recorder::create("/nonexistent/file", {"k", 5});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message == "cannot create /nonexistent/file: No such file or directory");
  CHECK(missing.error().code == ENOENT);
  const auto full = Recorder::create("/dev/full", {"k", 5});
  REQUIRE_FALSE(full);
  CHECK(full.error().message == "cannot write /dev/full: No space left on device");
}
