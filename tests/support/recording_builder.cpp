// SPDX-License-Identifier: Apache-2.0
#include "recording_builder.h"

#include <algorithm>
#include <cstddef>
#include <stdexcept>

#include "sample_builder.h"
#include "sources/recording_format.h"
#include "sources/zstd_stream.h"

namespace tmpfstrace::test {
namespace {

constexpr SuperblockId kSuperblock{0, 45, 7};
constexpr std::uint64_t mib = 1024 * 1024;

std::uint64_t how_many_until(const std::vector<std::uint64_t>& positions, std::uint64_t position) {
  return static_cast<std::uint64_t>(
      std::count_if(positions.begin(), positions.end(), [&](std::uint64_t at) { return at <= position; }));
}

}  // namespace

Sample planned_sample(const RecordingPlan& plan, std::uint64_t position) {
  Sample sample = sample_at(5'000'000'000 + position * plan.interval_ns);
  sample.sequence = position;
  sample.realtime_ns = plan.start_ns + position * plan.interval_ns;
  sample.kernel = "6.12";
  sample.mode = {"exact", "fentry", "the best", {}};
  Superblock& superblock = sample.superblocks.emplace_back();
  superblock.id = kSuperblock;
  superblock.kind = "tmpfs";
  superblock.mounts = {{77, 1, 501, "/", "/dev/shm", "rw"}};
  superblock.size_bytes = (64 + how_many_until(plan.resized_at, position)) * mib;
  superblock.used_bytes = position * 4096 % (64 * mib);
  superblock.inodes_total = 1000;
  superblock.inodes_used = position % 1000;
  for (std::size_t i = 0; i < plan.cgroups; ++i) {
    Cgroup& cgroup = sample.cgroups.emplace_back();
    cgroup.id = 100 + i;
    cgroup.path = "/pod/" + std::to_string(i);
    cgroup.memory_current = 1000 + position;
    cgroup.memory_max = 512 * mib;
    Counters counters = zero_counters();
    counters.allocated_bytes = position * 4096;
    if (!plan.counts_refusals) counters.refusals.reset();
    if (plan.counts_refusals && i == 0)
      counters.refusals->add(TMPFS_OP_WRITE, TMPFS_CAUSE_BLOCKS, 3 * how_many_until(plan.refused_at, position));
    add_row(sample, cgroup.id, kSuperblock, counters);
  }
  sample.losses = {{"ring_full", 0}};
  sample.node = NodeMemory{8192 * mib, 4096 * mib, 0};
  return sample;
}

RefusalEvent planned_event(const RecordingPlan& plan, std::uint64_t position) {
  RefusalEvent event;
  event.monotonic_ns = 5'000'000'000 + position * plan.interval_ns - 1;
  event.realtime_ns = plan.start_ns + position * plan.interval_ns - 1;
  event.cgroup = 100;
  event.cgroup_path = "/pod/0";
  event.superblock = kSuperblock;
  event.mount_point = "/dev/shm";
  event.tgid = 4;
  event.tid = 4;
  event.comm = "writer";
  event.error = "ENOSPC";
  event.file = "file_" + std::to_string(position);
  return event;
}

std::string planned_recording(const RecordingPlan& plan) {
  std::string text = encode_header({"6.12", plan.start_ns}) + "\n";
  for (std::uint64_t position = 0; position < plan.samples; ++position) {
    if (std::find(plan.refused_at.begin(), plan.refused_at.end(), position) != plan.refused_at.end())
      text += encode_event(planned_event(plan, position)) + "\n";
    text += encode_sample(planned_sample(plan, position)) + "\n";
  }
  return text;
}

std::string compressed(const std::string& text) {
  Result<ZstdEncoder> encoder = ZstdEncoder::create();
  std::string out;
  if (!encoder || !encoder->put(text, out) || !encoder->finish(out)) throw std::runtime_error("zstd does not compress");
  return out;
}

}  // namespace tmpfstrace::test
