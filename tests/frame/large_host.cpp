// SPDX-License-Identifier: Apache-2.0
#include "large_host.h"

#include <fmt/format.h>

namespace tmpfstrace::frame {
namespace {

constexpr std::uint64_t second_ns = 1'000'000'000;
constexpr std::uint64_t start_ns = 1'776'513'600 * second_ns;  // 2026-04-18 12:00:00 UTC
constexpr std::size_t patterns_of_each = 2;

OwnerRef owner_of(std::size_t number) {
  Owner owner;
  owner.kind = "container";
  owner.k8s_namespace = fmt::format("team-{}", number % 40);
  owner.pod_name = fmt::format("service-{:05}-7d9f6c5b8-x2x{}", number, number % 10);
  owner.k8s_container = "main";
  return std::make_shared<const Owner>(owner);
}

SurveyRef survey_of(std::size_t number) {
  FileSurvey survey;
  survey.complete = true;
  for (std::size_t i = 0; i < patterns_of_each; ++i) {
    FilePattern files;
    files.directory = "/";
    files.pattern = fmt::format("cache-{}-*", i);
    files.files = 10 + number % 1000;
    files.allocated_bytes = files.files * 4096;
    files.oldest_ns = start_ns - number * second_ns;
    files.key = number * patterns_of_each + i + 1;
    survey.files += files.files;
    survey.patterns.push_back(files);
  }
  return std::make_shared<const FileSurvey>(survey);
}

Superblock superblock_of(std::size_t number) {
  Superblock superblock;
  superblock.id = {0, static_cast<std::uint32_t>(100 + number), 1 + number};
  superblock.kind = "tmpfs";
  Mount mount;
  mount.mount_id = 1000 + number;
  mount.root = "/";
  mount.pid = 1;
  mount.mount_point = fmt::format("/var/lib/kubelet/pods/{:08x}/volumes/kubernetes.io~empty-dir/cache", number);
  superblock.mounts = std::vector<Mount>{mount};
  superblock.size_bytes = 64ULL << 20;
  superblock.used_bytes = (number % 64) << 20;
  superblock.inodes_total = 16384;
  superblock.inodes_used = number % 16384;
  superblock.owner = owner_of(number);
  superblock.survey = survey_of(number);
  return superblock;
}

// The root, the slice of all pods, and in it pods of three containers each.
std::string path_of(std::size_t number) {
  if (number == 0) return "/";
  if (number == 1) return "/kubepods.slice";
  const std::string pod = fmt::format("/kubepods.slice/kubepods-pod{:06x}.slice", number / 4);
  return number % 4 == 2 ? pod : fmt::format("{}/cri-containerd-{:08x}.scope", pod, number);
}

Cgroup cgroup_of(std::size_t number) {
  Cgroup cgroup;
  cgroup.id = 10 + number;
  cgroup.path = path_of(number);
  cgroup.memory_current = 32ULL << 20;
  cgroup.memory_max = 256ULL << 20;
  cgroup.shmem_bytes = 8ULL << 20;
  cgroup.owner = owner_of(number / 2);
  return cgroup;
}

}  // namespace

Sample LargeHost::first_sample(HostSize size) {
  Sample sample;
  sample.sequence = 0;
  sample.realtime_ns = start_ns;
  sample.monotonic_ns = 100 * second_ns;
  sample.kernel = "6.12.0-amd64";
  sample.mode = {"exact", "fentry", "every hook of the exact mode could be attached", {}};
  sample.node = NodeMemory{512ULL << 30, 256ULL << 30, 0};
  for (std::size_t i = 0; i < size.superblocks; ++i) sample.superblocks.push_back(superblock_of(i));
  for (std::size_t i = 0; i < size.cgroups; ++i) sample.cgroups.push_back(cgroup_of(i));
  for (std::size_t i = 0; i < size.cgroups; ++i) {
    LedgerRow row;
    row.cgroup = sample.cgroups[i].id;
    if (size.superblocks > 0) row.superblock = sample.superblocks[i % size.superblocks].id;
    row.counters.allocated_bytes = row.counters.freed_bytes = row.counters.seeded_bytes = 0;
    row.counters.written_bytes = row.counters.write_calls = row.counters.short_writes = 0;
    row.counters.seeded_inodes = 0;
    row.counters.created.emplace().fill(0);
    row.counters.removed.emplace().fill(0);
    row.counters.refusals.emplace();
    sample.ledger.push_back(std::move(row));
  }
  return sample;
}

// One object in ten changes with each sample; one superblock in a hundred is full.
Result<std::optional<Sample>> LargeHost::next_sample() {
  ++sample_.sequence;
  sample_.realtime_ns += second_ns;
  sample_.monotonic_ns += second_ns;
  for (std::size_t i = 0; i < sample_.ledger.size(); i += 10) {
    Counters& counters = sample_.ledger[i].counters;
    *counters.allocated_bytes += (1 + i % 100) * 4096;
    *counters.freed_bytes += (1 + i % 100) * 2048;
    *counters.written_bytes += (1 + i % 100) * 4000;
    std::optional<std::uint64_t>& created = (*counters.created)[TMPFS_KIND_REGULAR];
    created = created.value_or(0) + i % 3;
  }
  for (std::size_t i = 0; i < sample_.superblocks.size(); i += 10) {
    Superblock& superblock = sample_.superblocks[i];
    const std::uint64_t used = *superblock.used_bytes + 4096;
    superblock.used_bytes = i % 100 == 0 ? *superblock.size_bytes : used % *superblock.size_bytes;
  }
  return std::optional(sample_);
}

Result<void> LargeHost::drain_events(const EventHandler& handler) {
  for (std::size_t i = 0; i < 10 && i < sample_.superblocks.size(); ++i) {
    RefusalEvent event;
    event.realtime_ns = sample_.realtime_ns;
    event.monotonic_ns = sample_.monotonic_ns;
    event.superblock = sample_.superblocks[i].id;
    event.cgroup = 10;
    event.comm = "writer";
    event.tgid = 4711;
    event.error = "ENOSPC";
    event.file = fmt::format("cache-0-{}", sample_.sequence);
    handler(event);
  }
  return {};
}

}  // namespace tmpfstrace::frame
