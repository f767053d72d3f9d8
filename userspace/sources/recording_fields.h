// SPDX-License-Identifier: Apache-2.0
// The fields of everything that is recorded, once, for the encoder and the decoder: what one writes the other reads.
// Names are those of the members; a new member needs its line here, and a default for recordings that are older.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "model/sample.h"
#include "sources/recording_format.h"

namespace tmpfstrace {

constexpr const char* recording_schema = "tmpfstrace-recording/1";

template <typename Type, typename Of>
concept Is = std::same_as<std::remove_const_t<Type>, Of>;

template <typename Visit, Is<SuperblockId> Object>
void visit_fields(Visit& visit, Object& id) {
  visit("major", id.major);
  visit("minor", id.minor);
  visit("generation", id.generation);
}

template <typename Visit, Is<Counters> Object>
void visit_fields(Visit& visit, Object& counters) {
  visit("allocated_bytes", counters.allocated_bytes);
  visit("freed_bytes", counters.freed_bytes);
  visit("seeded_bytes", counters.seeded_bytes);
  visit("seeded_inodes", counters.seeded_inodes);
  visit("written_bytes", counters.written_bytes);
  visit("write_calls", counters.write_calls);
  visit("short_writes", counters.short_writes);
  visit("created", counters.created);
  visit("removed", counters.removed);
  visit("xattr_bytes", counters.xattr_bytes);
  visit("refusals", counters.refusals);
  visit("events_held", counters.events_held);
}

template <typename Visit, Is<LedgerRow> Object>
void visit_fields(Visit& visit, Object& row) {
  visit("cgroup", row.cgroup);
  visit("superblock", row.superblock);
  visit("counters", row.counters);
}

template <typename Visit, Is<Mount> Object>
void visit_fields(Visit& visit, Object& mount) {
  visit("mount_id", mount.mount_id);
  visit("mount_namespace", mount.mount_namespace);
  visit("pid", mount.pid);
  visit("root", mount.root);
  visit("mount_point", mount.mount_point);
  visit("options", mount.options);
}

template <typename Visit, Is<FilePattern> Object>
void visit_fields(Visit& visit, Object& pattern) {
  visit("directory", pattern.directory);
  visit("pattern", pattern.pattern);
  visit("key", pattern.key);
  visit("files", pattern.files);
  visit("empty_files", pattern.empty_files);
  visit("allocated_bytes", pattern.allocated_bytes);
  visit("size_bytes", pattern.size_bytes);
  visit("oldest_ns", pattern.oldest_ns);
  visit("newest_ns", pattern.newest_ns);
  visit("counts_over", pattern.counts_over);
}

template <typename Visit, Is<FileSurvey> Object>
void visit_fields(Visit& visit, Object& survey) {
  visit("monotonic_ns", survey.monotonic_ns);
  visit("files", survey.files);
  visit("entries", survey.entries);
  visit("complete", survey.complete);
  visit("allocated_bytes", survey.allocated_bytes);
  visit("size_bytes", survey.size_bytes);
  visit("promised_bytes", survey.promised_bytes);
  visit("unlinked_files", survey.unlinked_files);
  visit("unlinked_bytes", survey.unlinked_bytes);
  visit("patterns", survey.patterns);
}

template <typename Visit, Is<FileCreator> Object>
void visit_fields(Visit& visit, Object& creator) {
  visit("cgroup", creator.cgroup);
  visit("comm", creator.comm);
  visit("executable", creator.executable);
  visit("tgid", creator.tgid);
  visit("created", creator.created);
  visit("lives", creator.lives);
}

template <typename Visit, Is<PatternActivity> Object>
void visit_fields(Visit& visit, Object& pattern) {
  visit("directory", pattern.directory);
  visit("pattern", pattern.pattern);
  visit("key", pattern.key);
  visit("created", pattern.created);
  visit("removed", pattern.removed);
  visit("counts_over", pattern.counts_over);
  visit("created_recently", pattern.created_recently);
  visit("removed_recently", pattern.removed_recently);
  visit("creators", pattern.creators);
  visit("created_by_others", pattern.created_by_others);
}

template <typename Visit, Is<FileActivity> Object>
void visit_fields(Visit& visit, Object& activity) {
  visit("created", activity.created);
  visit("removed", activity.removed);
  visit("recent_ns", activity.recent_ns);
  visit("patterns", activity.patterns);
}

template <typename Visit, Is<Superblock> Object>
void visit_fields(Visit& visit, Object& superblock) {
  visit("id", superblock.id);
  visit("kind", superblock.kind);
  visit("dead", superblock.dead);
  visit("mounts", superblock.mounts);
  visit("size_bytes", superblock.size_bytes);
  visit("used_bytes", superblock.used_bytes);
  visit("inodes_total", superblock.inodes_total);
  visit("inodes_used", superblock.inodes_used);
  visit("usage_age_ns", superblock.usage_age_ns);
  visit("drift_bytes", superblock.drift_bytes);
  visit("drift_inodes", superblock.drift_inodes);
  visit("owner", superblock.owner);
  visit("survey", superblock.survey);
  visit("activity", superblock.activity);
}

template <typename Visit, Is<Cgroup> Object>
void visit_fields(Visit& visit, Object& cgroup) {
  visit("id", cgroup.id);
  visit("path", cgroup.path);
  visit("dead", cgroup.dead);
  visit("memory_current", cgroup.memory_current);
  visit("memory_max", cgroup.memory_max);
  visit("memory_unlimited", cgroup.memory_unlimited);
  visit("memory_high", cgroup.memory_high);
  visit("swap_current", cgroup.swap_current);
  visit("swap_max", cgroup.swap_max);
  visit("oom_kills", cgroup.oom_kills);
  visit("reclaimable_bytes", cgroup.reclaimable_bytes);
  visit("shmem_bytes", cgroup.shmem_bytes);
  visit("memory_age_ns", cgroup.memory_age_ns);
  visit("owner", cgroup.owner);
}

template <typename Visit, Is<NodeMemory> Object>
void visit_fields(Visit& visit, Object& node) {
  visit("total_bytes", node.total_bytes);
  visit("available_bytes", node.available_bytes);
  visit("swap_free_bytes", node.swap_free_bytes);
}

template <typename Visit, Is<Mode> Object>
void visit_fields(Visit& visit, Object& mode) {
  visit("name", mode.name);
  visit("hooks", mode.hooks);
  visit("reason", mode.reason);
  visit("blind", mode.blind);
}

template <typename Visit, Is<ProcessCost> Object>
void visit_fields(Visit& visit, Object& cost) {
  visit("cpu_ns", cost.cpu_ns);
  visit("rss_bytes", cost.rss_bytes);
  visit("private_bytes", cost.private_bytes);
}

template <typename Visit, Is<ProgramRuns> Object>
void visit_fields(Visit& visit, Object& program) {
  visit("name", program.name);
  visit("runs", program.runs);
  visit("run_time_ns", program.run_time_ns);
}

template <typename Visit, Is<ProgramWindow> Object>
void visit_fields(Visit& visit, Object& window) {
  visit("start_ns", window.start_ns);
  visit("end_ns", window.end_ns);
  visit("programs", window.programs);
}

template <typename Visit, Is<SelfCost> Object>
void visit_fields(Visit& visit, Object& cost) {
  visit("process", cost.process);
  visit("worker", cost.worker);
  visit("map_bytes", cost.map_bytes);
  visit("map_bytes_measured", cost.map_bytes_measured);
  visit("window", cost.window);
  visit("no_window", cost.no_window);
}

template <typename Visit, Is<Sample> Object>
void visit_fields(Visit& visit, Object& sample) {
  visit("sequence", sample.sequence);
  visit("realtime_ns", sample.realtime_ns);
  visit("monotonic_ns", sample.monotonic_ns);
  visit("counting_since_ns", sample.counting_since_ns);
  visit("kernel", sample.kernel);
  visit("mode", sample.mode);
  visit("superblocks", sample.superblocks);
  visit("cgroups", sample.cgroups);
  visit("ledger", sample.ledger);
  visit("losses", sample.losses);
  visit("node", sample.node);
  visit("self", sample.self);
}

template <typename Visit, Is<RefusalEvent> Object>
void visit_fields(Visit& visit, Object& event) {
  visit("realtime_ns", event.realtime_ns);
  visit("monotonic_ns", event.monotonic_ns);
  visit("cgroup", event.cgroup);
  visit("cgroup_path", event.cgroup_path);
  visit("owner", event.owner);
  visit("superblock", event.superblock);
  visit("mount_point", event.mount_point);
  visit("tgid", event.tgid);
  visit("tid", event.tid);
  visit("comm", event.comm);
  visit("operation", event.operation);
  visit("cause", event.cause);
  visit("error", event.error);
  visit("bytes_asked", event.bytes_asked);
  visit("bytes_done", event.bytes_done);
  visit("inode", event.inode);
  visit("file", event.file);
  visit("directory", event.directory);
  visit("stack", event.stack);
}

template <typename Visit, Is<RecordingHeader> Object>
void visit_fields(Visit& visit, Object& header) {
  visit("kernel", header.kernel);
  visit("start_ns", header.start_ns);
}

using CauseCounts = std::array<std::uint64_t, TMPFS_CAUSE_MAX>;

}  // namespace tmpfstrace
