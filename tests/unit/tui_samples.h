// SPDX-License-Identifier: Apache-2.0
// Hand-built snapshots and events of the screen tests.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/snapshot.h"
#include "tui/event_log.h"
#include "tui/tracks.h"

namespace tmpfstrace::tui_test {

inline constexpr std::uint64_t kib = 1024;
inline constexpr std::uint64_t mib = 1024 * kib;
inline constexpr std::uint64_t gib = 1024 * mib;
inline constexpr std::uint64_t second = 1'000'000'000;
inline constexpr std::uint64_t noon = 1'776'513'600 * second;  // 2026-04-18 12:00:00 UTC

inline Mount mount_at(std::uint64_t id, std::string point, std::string root = "/") {
  Mount mount;
  mount.mount_id = id;
  mount.root = std::move(root);
  mount.mount_point = std::move(point);
  return mount;
}

inline SuperblockView superblock(std::uint32_t minor, std::vector<Mount> mounts) {
  SuperblockView view;
  view.info.id = {0, minor, minor * 100u};
  view.info.kind = "tmpfs";
  view.info.mounts = std::move(mounts);
  return view;
}

inline Rates rates(double allocated, double freed, double written, double created, double refused) {
  return {allocated, freed, written, created, 0.0, refused};
}

// 16,384 of them lie there, the oldest for 15 hours; 44,000 were made since the start.
inline SurveyRef sample_survey() {
  FileSurvey survey;
  survey.complete = true;
  survey.files = 16'390;
  FilePattern sessions{"/", "session_*", 16'384, 12, 64 * mib, 24 * mib, noon - 54'420 * second, noon, 0, 501};
  FilePattern locks{"/locks", "worker-*.lock", 6, 6, 0, 0, noon - 90'000 * second, noon - 90'000 * second, 0, 502};
  survey.patterns = {sessions, locks};
  return std::make_shared<const FileSurvey>(survey);
}

inline ActivityRef sample_activity() {
  FileActivity activity;
  activity.created = 44'030;
  activity.removed = 30;
  activity.recent_ns = 400 * second;
  PatternActivity sessions;
  sessions.directory = "/";
  sessions.pattern = "session_*";
  sessions.key = 501;
  sessions.created = 44'000;
  sessions.created_recently = 120;
  sessions.creators = {{4711, "auth-proxy", "auth-proxy", 1234, 44'000, true}};
  PatternActivity probes;
  probes.directory = "/";
  probes.pattern = "probe-*";
  probes.key = 503;
  probes.created = probes.removed = 30;
  probes.created_recently = probes.removed_recently = 30;
  probes.creators = {{4711, "health", "python3.11", 77, 30, false}};
  activity.patterns = {sessions, probes};
  return std::make_shared<const FileActivity>(activity);
}

// A pod's full /dev/shm, a healthy /run, the kernel's own mount without a limit, and one that is gone.
inline std::vector<SuperblockView> sample_superblocks() {
  SuperblockView shm = superblock(45, {mount_at(77, "/dev/shm"), mount_at(90, "/mnt/part", "/part")});
  shm.info.size_bytes = 64 * mib;
  shm.info.used_bytes = 64 * mib;
  shm.info.inodes_total = 1'015'808;
  shm.info.inodes_used = 44'001;
  shm.info.drift_bytes = 0;
  shm.info.drift_inodes = 0;
  shm.tally.refused = 27'616;
  shm.tally.refusals = {{TMPFS_OP_WRITE, TMPFS_CAUSE_BLOCKS, 27'600}, {TMPFS_OP_CREATE, TMPFS_CAUSE_INODES, 16}};
  shm.tally.rates = rates(0, 0, 1500, 0.3, 0.3);
  shm.info.survey = sample_survey();
  shm.info.activity = sample_activity();
  shm.tally.counters.created.emplace().fill(0);
  (*shm.tally.counters.created)[TMPFS_KIND_REGULAR] = 44'030;

  SuperblockView run = superblock(24, {mount_at(30, "/run")});
  run.info.size_bytes = 800 * mib;
  run.info.used_bytes = 12 * mib + 300 * kib;
  run.info.inodes_total = 204'800;
  run.info.inodes_used = 950;
  run.info.drift_bytes = 4096;
  run.info.drift_inodes = -2;
  run.tally.refused = 0;
  run.tally.rates = rates(8192, 4096, 5000, 2, 0);

  SuperblockView internal = superblock(1, {});
  internal.info.kind = "internal";
  internal.tally.refused = 0;
  internal.tally.rates = rates(3.5 * 1024 * 1024, 0, 0, 12, 0);

  SuperblockView gone = superblock(51, {});
  gone.info.dead = true;
  gone.tally.refused = 2;
  gone.tally.refusals = {{TMPFS_OP_FAULT, TMPFS_CAUSE_MEMCG, 2}};
  gone.tally.rates = rates(0, 0, 0, 0, 0);
  return {internal, run, shm, gone};
}

inline CgroupView cgroup(CgroupId id, std::string path) {
  CgroupView view;
  view.info.id = id;
  view.info.path = std::move(path);
  return view;
}

inline std::vector<CgroupView> sample_cgroups() {
  CgroupView root = cgroup(1, "/");
  root.info.memory_unlimited = true;
  root.info.shmem_bytes = 2 * gib;
  root.tally.resident_bytes = 0;
  root.tally.created = 0;
  root.tally.removed = 0;
  root.tally.refused = 0;
  root.tally.rates = rates(0, 0, 0, 0, 0);

  CgroupView pod = cgroup(4711, "/kubepods.slice/kubepods-burstable.slice/pod0c8f/auth-proxy");
  pod.info.memory_max = 256 * mib;
  pod.info.shmem_bytes = 64 * mib;
  pod.tally.resident_bytes = static_cast<std::int64_t>(64 * mib);
  pod.tally.created = 44'000;
  pod.tally.removed = 0;
  pod.tally.refused = 27'600;
  pod.tally.refusals = {{TMPFS_OP_WRITE, TMPFS_CAUSE_BLOCKS, 27'600}};
  pod.tally.rates = rates(0, 0, 1500, 0.3, 0.3);

  CgroupView dead = cgroup(99, "…/batch-7");
  dead.info.dead = true;
  dead.tally.resident_bytes = -4096;
  dead.tally.created = 3;
  dead.tally.removed = 4;
  dead.tally.refused = 0;

  CgroupView owned = cgroup(4800, "/kubepods.slice/kubepods-burstable.slice/pod77aa/cri-containerd-51be");
  Owner owner;
  owner.kind = "container";
  owner.k8s_namespace = "auth";
  owner.pod_name = "outpost";
  owner.k8s_container = "proxy";
  owned.info.owner = std::make_shared<const Owner>(owner);
  owned.info.memory_unlimited = true;
  owned.tally.resident_bytes = 4096;
  owned.tally.created = 1;
  owned.tally.removed = 0;
  owned.tally.refused = 0;
  owned.tally.rates = rates(0, 0, 0, 0, 0);

  return {root, pod, owned, dead, cgroup(0, "(unattributed)")};
}

inline SelfView sample_self() {
  SelfCost cost;
  cost.process = {580'000'000, 24 * mib, 3 * mib};
  cost.worker = {20'000'000, 12 * mib, 5 * mib};
  cost.map_bytes = 15 * mib;
  cost.map_bytes_measured = true;
  cost.window = ProgramWindow{
      40 * second, 41 * second, {{"unacct", 0, 0}, {"write_exit", 800, 200'000}, {"acct", 12'000, 2'800'000}}};
  return {cost, 0.0012, 0.003, 12'800};
}

// /dev/shm is full and refuses, and its writer has 100 MiB of memory left; /run fills in two hours unless it is
// cleaned.
inline void add_outlook(Snapshot& snapshot) {
  SuperblockView& shm = snapshot.superblocks[2];
  Forecast full;
  full.state = ForecastState::full;
  full.low_ns = full.mid_ns = full.high_ns = 0;
  shm.outlook.forecasts = {{LimitKind::blocks, full}};
  shm.outlook.binding = BindingLimit{LimitKind::blocks, full, true};
  shm.outlook.writers = {{4711, 1, 100 * mib, 256 * mib, true}};

  SuperblockView& run = snapshot.superblocks[1];
  Forecast fills;
  fills.state = ForecastState::fills_unless_cleaned;
  fills.low_ns = 7000 * second;
  fills.mid_ns = 7980 * second;
  fills.high_ns = 9000 * second;
  fills.confidence = 0.835;
  run.outlook.forecasts = {{LimitKind::blocks, fills}};
  run.outlook.binding = BindingLimit{LimitKind::blocks, fills, true};

  Verdict refused;
  refused.kind = VerdictKind::refused;
  refused.severity = Severity::critical;
  refused.superblock = shm.info.id;
  refused.subject = "pod auth/outpost container proxy: /dev/shm";
  refused.finding = "is full (64 MiB, blocks); 27,600 operations refused since 12:00:02";
  refused.remedy = "size 768 MiB and memory limit 1 GiB";
  Verdict soon;
  soon.kind = VerdictKind::full_soon;
  soon.severity = Severity::warning;
  soon.superblock = run.info.id;
  soon.subject = "/run";
  soon.finding = "will be full in 2 h 13 min";
  snapshot.verdicts = {refused, soon};
}

inline Snapshot sample_snapshot() {
  Snapshot snapshot;
  snapshot.sequence = 3;
  snapshot.realtime_ns = noon;
  snapshot.monotonic_ns = 700 * second;
  snapshot.interval_ns = second;
  snapshot.kernel = "6.12.0-amd64";
  snapshot.mode = {"exact",
                   "fentry",
                   "every hook of the exact mode could be attached",
                   {"extended attributes before 6.6", "writes through splice"}};
  snapshot.losses = {{"recursion_misses", 0}, {"ring_full", 3}, {"slots_full", 0}};
  snapshot.totals = {864 * mib, 76 * mib + 300 * kib, 27'618, 0.3, 4096, 2, {}};
  snapshot.self = sample_self();
  snapshot.superblocks = sample_superblocks();
  snapshot.cgroups = sample_cgroups();
  return snapshot;
}

inline Snapshot sample_with_outlook() {
  Snapshot snapshot = sample_snapshot();
  snapshot.node = NodeMemory{16 * gib, 5 * gib, 0};
  add_outlook(snapshot);
  for (const std::uint64_t cgroup : {4711u, 4800u}) {
    LedgerView row;
    row.cgroup = cgroup;
    row.superblock = snapshot.superblocks[2].info.id;
    row.tally = snapshot.cgroups[cgroup == 4711 ? 1 : 2].tally;
    snapshot.ledger.push_back(row);
  }
  return snapshot;
}

inline RefusalEvent event(std::uint64_t seconds_before, std::string cgroup_path, std::string file) {
  RefusalEvent event;
  event.realtime_ns = noon - seconds_before * second;
  event.monotonic_ns = (700 - seconds_before) * second;
  event.cgroup_path = std::move(cgroup_path);
  event.mount_point = "/dev/shm";
  event.comm = "auth-proxy";
  event.tgid = 1234;
  event.error = "ENOSPC";
  event.bytes_asked = 1500;
  event.file = std::move(file);
  event.directory = "shm";
  return event;
}

inline EventLog sample_events() {
  EventLog log;
  RefusalEvent fault = event(40, "/user.slice", "model.bin");
  fault.comm = "python3";
  fault.tgid = 77;
  fault.operation = TMPFS_OP_FAULT;
  fault.cause = TMPFS_CAUSE_MEMCG;
  fault.error = "SIGBUS";
  fault.bytes_asked = 0;
  fault.directory = "/";
  log.push(fault);
  RefusalEvent cut = event(5, "/kubepods.slice/kubepods-burstable.slice/pod0c8f/auth-proxy", "session_aa");
  cut.error = "";
  cut.bytes_asked = 64 * kib;
  cut.bytes_done = 4 * kib;
  log.push(cut);
  log.push(event(0, "/kubepods.slice/kubepods-burstable.slice/pod0c8f/auth-proxy", "session_bb"));
  RefusalEvent nameless = event(20, "", "");
  nameless.mount_point = "";
  nameless.operation = TMPFS_OP_MKDIR;
  nameless.cause = TMPFS_CAUSE_INODES;
  log.push(nameless);
  return log;
}

// Ten minutes before the sample, a snapshot each 10 s: /dev/shm fills and is refused at the end, /run goes up and down.
inline Tracks sample_tracks() {
  Tracks tracks;
  Snapshot snapshot = sample_snapshot();
  const std::uint64_t end = 700 * second;
  for (std::uint64_t age = 600; age > 0; age -= 10) {
    snapshot.monotonic_ns = end - age * second;
    for (SuperblockView& view : snapshot.superblocks) {
      if (view.info.id.minor == 45) {
        view.info.used_bytes = age > 60 ? (600 - age) * 64 * mib / 540 : 64 * mib;
        view.info.inodes_used = 44'001 - age * 70;
        view.tally.refused = age > 60 ? 0 : (60 - age) * 400;
        view.tally.counters.allocated_bytes = *view.info.used_bytes;
        view.tally.counters.freed_bytes = 0;
      }
      if (view.info.id.minor == 24) view.info.used_bytes = 12 * mib + (age / 10 % 7) * mib;
    }
    for (CgroupView& view : snapshot.cgroups)
      if (view.info.id == 4711)
        view.tally.resident_bytes = static_cast<std::int64_t>(age > 60 ? (600 - age) * 64 * mib / 540 : 64 * mib);
    tracks.add(snapshot);
  }
  snapshot = sample_snapshot();
  tracks.add(snapshot);
  return tracks;
}

}  // namespace tmpfstrace::tui_test
