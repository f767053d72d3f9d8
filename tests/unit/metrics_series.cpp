// SPDX-License-Identifier: Apache-2.0
// Which series there are, what they are called, and where their counters begin.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "../support/sample_builder.h"
#include "metrics/metrics_export.h"
#include "model/analyst.h"

using namespace tmpfstrace;
using namespace tmpfstrace::test;

namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::uint64_t mib = 1 << 20;
constexpr SuperblockId shm{0, 45, 1};
constexpr SuperblockId other{0, 46, 2};
constexpr CgroupId writer = 4711;

OwnerRef outpost(const char* container = "") {
  Owner owner;
  owner.kind = *container == '\0' ? "pod" : "container";
  owner.k8s_namespace = "auth";
  owner.pod_name = "outpost";
  owner.pod_uid = "3b6f1a52-8c0e-4f7d-9a41-5d2e7c90b1f4";
  owner.k8s_container = container;
  return std::make_shared<const Owner>(owner);
}

Superblock superblock(const SuperblockId& id, std::uint64_t used) {
  Superblock superblock;
  superblock.id = id;
  superblock.kind = "tmpfs";
  superblock.mounts = {{1, 100, 10, "/", "/dev/shm", ""}};
  superblock.size_bytes = 64 * mib;
  superblock.used_bytes = used;
  superblock.inodes_total = 1000;
  superblock.inodes_used = 3;
  superblock.owner = outpost();
  return superblock;
}

Cgroup cgroup(CgroupId id, const char* container) {
  Cgroup cgroup;
  cgroup.id = id;
  cgroup.path = "/kubepods/" + std::to_string(id);
  cgroup.owner = outpost(container);
  return cgroup;
}

Counters refused(std::uint64_t count) {
  Counters counters = zero_counters();
  counters.allocated_bytes = 8192;
  counters.refusals->add(TMPFS_OP_WRITE, TMPFS_CAUSE_BLOCKS, count);
  return counters;
}

// Plays samples into an exporter, one a second.
class Player {
 public:
  explicit Player(MetricLimits limits = {}) : metrics_(limits) {}

  std::optional<TableSizes> tables;  // of the source

  void play(Sample sample) {
    sample.monotonic_ns = ++seconds_ * second;
    sample.realtime_ns = 1'796'000'000 * second + sample.monotonic_ns;
    AgentFacts facts;
    facts.version = "1.2";
    facts.samples = seconds_;
    facts.tables = tables;
    families_ = metrics_.families_of(analyst_.add(std::move(sample)), facts);
  }

  // "{mount="/dev/shm",…} 3" of each series.
  std::vector<std::string> series(Metric metric) const {
    std::vector<std::string> lines;
    for (const Series& series : families_[static_cast<std::size_t>(metric)].series) {
      std::string line;
      for (const auto& [name, value] : series.labels) line += std::string(name) + "=" + value + " ";
      lines.push_back(line + std::to_string(static_cast<long long>(series.value)));
    }
    return lines;
  }

 private:
  Analyst analyst_;
  MetricsExport metrics_;
  std::vector<Family> families_;
  std::uint64_t seconds_ = 0;
};

using Lines = std::vector<std::string>;

const std::string of_shm = "device=0:45 mount=/dev/shm owner=pod auth/outpost namespace=auth pod=outpost ";

}  // namespace

TEST_CASE("series: a superblock in use has its figures under its owner's labels", "[metrics]") {
  Player player;
  Sample sample = sample_at(0);
  sample.superblocks = {superblock(shm, 4 * mib)};
  add_row(sample, writer, shm, refused(0));
  player.play(sample);
  CHECK(player.series(Metric::superblock_size_bytes) == Lines{of_shm + "67108864"});
  CHECK(player.series(Metric::superblock_used_bytes) == Lines{of_shm + "4194304"});
  CHECK(player.series(Metric::superblock_inodes) == Lines{of_shm + "1000"});
  CHECK(player.series(Metric::superblock_inodes_used) == Lines{of_shm + "3"});
  CHECK(player.series(Metric::superblock_allocated_bytes) == Lines{of_shm + "8192"});
  CHECK(player.series(Metric::superblock_refusals) == Lines{of_shm + "0"});
  CHECK(player.series(Metric::refusals).empty());
  CHECK(player.series(Metric::problem).empty());
}

TEST_CASE("series: what a mode does not count is not there", "[metrics]") {
  Player player;
  Sample sample = sample_at(0);
  sample.superblocks = {superblock(shm, 4 * mib)};
  Counters counters;
  counters.written_bytes = 7;
  add_row(sample, writer, shm, counters);
  player.play(sample);
  CHECK(player.series(Metric::superblock_allocated_bytes).empty());
  CHECK(player.series(Metric::superblock_refusals).empty());
  CHECK(player.series(Metric::superblock_written_bytes) == Lines{of_shm + "7"});
}

TEST_CASE("series: an idle superblock has none until something is wrong there", "[metrics]") {
  Player player;
  Sample sample = sample_at(0);
  sample.superblocks = {superblock(shm, 4096)};
  add_row(sample, writer, shm, refused(0));
  player.play(sample);
  CHECK(player.series(Metric::superblock_size_bytes).empty());
  CHECK(player.series(Metric::series) == Lines{"0"});

  sample.ledger.clear();
  add_row(sample, writer, shm, refused(30));
  player.play(sample);
  INFO("from what it was before, so that increase() sees all 30");
  CHECK(player.series(Metric::superblock_refusals) == Lines{of_shm + "0"});
  CHECK(player.series(Metric::refusals) == Lines{of_shm + "operation=write cause=blocks 0"});
  REQUIRE(player.series(Metric::problem).size() == 1);
  CHECK(player.series(Metric::problem)[0] == of_shm + "kind=refused severity=critical limit=blocks 1");
  player.play(sample);
  CHECK(player.series(Metric::superblock_refusals) == Lines{of_shm + "30"});
  CHECK(player.series(Metric::refusals) == Lines{of_shm + "operation=write cause=blocks 30"});
}

TEST_CASE("series: with all, idle ones are there, too", "[metrics]") {
  MetricLimits limits;
  limits.all = true;
  Player player(limits);
  Sample sample = sample_at(0);
  sample.superblocks = {superblock(shm, 0)};
  player.play(sample);
  CHECK(player.series(Metric::superblock_used_bytes) == Lines{of_shm + "0"});
}

TEST_CASE("series: counters of a process that starts over begin where the kernel is", "[metrics]") {
  Player player;
  Sample sample = sample_at(0);
  sample.superblocks = {superblock(shm, 4 * mib)};
  add_row(sample, writer, shm, refused(27600));
  player.play(sample);
  CHECK(player.series(Metric::superblock_refusals) == Lines{of_shm + "27600"});
  CHECK(player.series(Metric::refusals) == Lines{of_shm + "operation=write cause=blocks 27600"});
}

TEST_CASE("series: the label of the mount stays, whoever mounts it elsewhere", "[metrics]") {
  Player player;
  Sample sample = sample_at(0);
  sample.superblocks = {superblock(shm, 4 * mib)};
  player.play(sample);
  sample.superblocks[0].mounts = {{1, 100, 10, "/", "/dev/shm", ""}, {2, 100, 10, "/", "/a", ""}};
  player.play(sample);
  CHECK(player.series(Metric::superblock_used_bytes) == Lines{of_shm + "4194304"});
}

TEST_CASE("series: a pod's shm is /dev/shm also where none of its processes was seen", "[metrics]") {
  const std::string id(64, 'a');
  for (const std::string& path : {"/run/containerd/io.containerd.grpc.v1.cri/sandboxes/" + id + "/shm",
                                  "/var/lib/docker/containers/" + id + "/mounts/shm"}) {
    Player player;
    Sample sample = sample_at(0);
    sample.superblocks = {superblock(shm, 4 * mib)};
    sample.superblocks[0].mounts = {{1, 100, 10, "/", path, ""}};
    player.play(sample);
    CHECK(player.series(Metric::superblock_used_bytes) == Lines{of_shm + "4194304"});
  }
  Player player;
  Sample sample = sample_at(0);
  sample.superblocks = {superblock(shm, 4 * mib)};
  sample.superblocks[0].mounts = {{1, 100, 10, "/", "/srv/shm", ""}};
  player.play(sample);
  CHECK(player.series(Metric::superblock_used_bytes)[0].starts_with("device=0:45 mount=/srv/shm "));
}

TEST_CASE("series: they go with their superblock", "[metrics]") {
  Player player;
  Sample sample = sample_at(0);
  sample.superblocks = {superblock(shm, 4 * mib)};
  player.play(sample);
  sample.superblocks[0].dead = true;
  player.play(sample);
  CHECK(player.series(Metric::superblock_used_bytes).empty());
}

TEST_CASE("series: those that find no place are summed up, with counters that only grow", "[metrics]") {
  MetricLimits limits;
  limits.max_superblocks = 1;
  Player player(limits);
  Sample sample = sample_at(0);
  sample.superblocks = {superblock(shm, 4 * mib), superblock(other, 5 * mib)};
  Counters counters = zero_counters();
  counters.allocated_bytes = 4096;
  add_row(sample, writer, other, counters);
  player.play(sample);
  CHECK(player.series(Metric::superblock_used_bytes) == Lines{of_shm + "4194304", "owner=(others) 5242880"});
  CHECK(player.series(Metric::superblock_allocated_bytes).back() == "owner=(others) 4096");
  CHECK(player.series(Metric::series_folded) == Lines{"1"});

  INFO("the folded one ends");
  sample.superblocks.pop_back();
  sample.ledger.clear();
  player.play(sample);
  CHECK(player.series(Metric::superblock_used_bytes).back() == "owner=(others) 0");
  CHECK(player.series(Metric::superblock_allocated_bytes).back() == "owner=(others) 4096");
  CHECK(player.series(Metric::series_folded) == Lines{"0"});
}

TEST_CASE("series: what has a problem is served beyond the cap", "[metrics]") {
  MetricLimits limits;
  limits.max_superblocks = 1;
  Player player(limits);
  Sample sample = sample_at(0);
  sample.superblocks = {superblock(shm, 4 * mib), superblock(other, 64 * mib)};
  player.play(sample);
  CHECK(player.series(Metric::superblock_used_bytes).size() == 2);
  CHECK(player.series(Metric::series_folded) == Lines{"0"});
}

TEST_CASE("series: a container's counter outlives the cgroups that it is the sum of", "[metrics]") {
  Player player;
  Sample sample = sample_at(0);
  sample.superblocks = {superblock(shm, 4 * mib)};
  sample.cgroups = {cgroup(writer, "proxy"), cgroup(writer + 1, "proxy")};
  Counters held = refused(5);
  held.allocated_bytes = 2 * mib;
  add_row(sample, writer, shm, held);
  add_row(sample, writer + 1, shm, refused(7));
  player.play(sample);
  const std::string proxy =
      "device=0:45 mount=/dev/shm owner=pod auth/outpost container proxy namespace=auth pod=outpost container=proxy ";
  CHECK(player.series(Metric::container_refusals) == Lines{proxy + "cause=blocks 12"});
  REQUIRE(player.series(Metric::container_resident_bytes).size() == 1);

  INFO("one of the two ends, the other is refused once more");
  sample.ledger.clear();
  sample.cgroups.pop_back();
  held.refusals->add(TMPFS_OP_WRITE, TMPFS_CAUSE_BLOCKS, 1);
  add_row(sample, writer, shm, held);
  player.play(sample);
  CHECK(player.series(Metric::container_refusals) == Lines{proxy + "cause=blocks 13"});
}

TEST_CASE("series: the numbers of a remedy stand beside the problem", "[metrics]") {
  Player player;
  Sample sample = sample_at(0);
  sample.superblocks = {superblock(shm, 64 * mib)};
  sample.cgroups = {cgroup(writer, "proxy")};
  add_row(sample, writer, shm, refused(1));
  player.play(sample);
  REQUIRE(player.series(Metric::superblock_recommended_size_bytes).size() == 1);
  CHECK(player.series(Metric::superblock_recommended_size_bytes)[0].starts_with(of_shm));
}

TEST_CASE("series: our own losses are there from 0", "[metrics]") {
  Player player;
  Sample sample = sample_at(0);
  sample.losses = {{"ring_full", 0}, {"slots_full", 2}};
  sample.mode = {"exact", "fentry", "", {"a", "b"}};
  sample.kernel = "6.12";
  player.play(sample);
  CHECK(player.series(Metric::losses) == Lines{"loss=ring_full 0", "loss=slots_full 2"});
  CHECK(player.series(Metric::mode_info) == Lines{"mode=exact hooks=fentry kernel=6.12 1"});
  CHECK(player.series(Metric::blind_spots) == Lines{"2"});
  CHECK(player.series(Metric::build_info) == Lines{"version=1.2 1"});
  // Mode poll has no tables; others those that the kernel has.
  CHECK(player.series(Metric::slots_limit).empty());
  player.tables = {.slots = 8192, .superblocks = 100, .inodes = std::nullopt};
  player.play(sample);
  CHECK(player.series(Metric::slots_limit) == Lines{"8192"});
  CHECK(player.series(Metric::superblock_rows_limit) == Lines{"100"});
}

TEST_CASE("series: each hook that the mode wants, and the runs that each program missed", "[metrics]") {
  Player player;
  Sample sample = sample_at(0);
  sample.self.emplace();
  player.play(sample);
  CHECK(player.series(Metric::hook_attached).empty());  // no BPF
  CHECK(player.series(Metric::bpf_program_missed_runs).empty());
  sample.self->hooks = {{"shmem_recalc_inode", "fexit", true}, {"shmem_fault", "fexit", false}};
  sample.self->missed_runs = {{"f_recalc_x", 0}, {"f_fault_x", 7}};
  player.play(sample);
  CHECK(player.series(Metric::hook_attached) ==
        Lines{"hook=shmem_recalc_inode how=fexit 1", "hook=shmem_fault how=fexit 0"});
  CHECK(player.series(Metric::bpf_program_missed_runs) == Lines{"program=f_recalc_x 0", "program=f_fault_x 7"});
}
