// SPDX-License-Identifier: Apache-2.0
#include "export/json.h"

#include <cstddef>
#include <optional>

#include "export/json_outlook.h"
#include "export/json_parts.h"
#include "export/json_self.h"
#include "export/json_survey.h"
#include "model/json_writer.h"
#include "model/mounts.h"
#include "model/names.h"
#include "model/time_text.h"

namespace tmpfstrace {
namespace {

constexpr std::size_t typical_row_bytes = 500;

void write_time(JsonWriter& json, std::uint64_t realtime_ns, std::uint64_t monotonic_ns) {
  json.field("time", format_utc(realtime_ns));
  json.field("time_ns", realtime_ns);
  json.field("monotonic_ns", monotonic_ns);
}

void write_superblock_id(JsonWriter& json, const SuperblockId& id) {
  json.field("dev", device_text(id));
  json.field("generation", id.generation);
}

void write_strings(JsonWriter& json, const char* name, const std::vector<std::string>& strings) {
  json.key(name);
  json.begin_array();
  for (const std::string& string : strings) json.value(string);
  json.end_array();
}

void write_owner(JsonWriter& json, const OwnerRef& owner) {
  json.key("owner");
  if (owner == nullptr) {
    json.null();
    return;
  }
  json.begin_object();
  json.field("text", owner_text(*owner));
  for (const auto& [name, member] : owner_fields) {
    if (!((*owner).*member).empty()) json.field(name, (*owner).*member);
  }
  json.end_object();
}

void write_kinds(JsonWriter& json, const char* name, const std::optional<KindCounts>& kinds) {
  if (!kinds) return;
  json.key(name);
  json.begin_object();
  for (std::size_t i = 0; i < kinds->size(); ++i) json.field(kind_name(static_cast<tmpfs_kind>(i)), (*kinds)[i]);
  json.end_object();
}

void write_refusals(JsonWriter& json, const Tally& tally) {
  if (!tally.refused) return;
  json.field("refused", *tally.refused);
  json.key("refusals");
  json.begin_array();
  for (const RefusalCount& refusal : tally.refusals) {
    json.begin_object();
    json.field("operation", operation_name(refusal.operation));
    json.field("cause", cause_name(refusal.cause));
    json.field("count", refusal.count);
    json.end_object();
  }
  json.end_array();
}

void write_events_held(JsonWriter& json, const Counters& counters) {
  if (!counters.events_held) return;
  json.key("events_held");
  json.begin_object();
  for (std::size_t i = 0; i < counters.events_held->size(); ++i) {
    json.field(cause_name(static_cast<tmpfs_cause>(i)), (*counters.events_held)[i]);
  }
  json.end_object();
}

void write_tally(JsonWriter& json, const Tally& tally) {
  const Counters& counters = tally.counters;
  json.key("counters");
  json.begin_object();
  json.field_if_known("allocated_bytes", counters.allocated_bytes);
  json.field_if_known("freed_bytes", counters.freed_bytes);
  json.field_if_known("seeded_bytes", counters.seeded_bytes);
  json.field_if_known("resident_bytes", tally.resident_bytes);
  json.field_if_known("written_bytes", counters.written_bytes);
  json.field_if_known("write_calls", counters.write_calls);
  json.field_if_known("short_writes", counters.short_writes);
  json.field_if_known("seeded_inodes", counters.seeded_inodes);
  write_kinds(json, "created", counters.created);
  write_kinds(json, "removed", counters.removed);
  json.field_if_known("inodes", tally.inodes);
  json.field_if_known("xattr_bytes", counters.xattr_bytes);
  write_refusals(json, tally);
  write_events_held(json, counters);
  json.end_object();

  json.key("rates");
  json.begin_object();
  json.field_if_known("allocated_bytes", tally.rates.allocated_bytes);
  json.field_if_known("freed_bytes", tally.rates.freed_bytes);
  json.field_if_known("written_bytes", tally.rates.written_bytes);
  json.field_if_known("created", tally.rates.created);
  json.field_if_known("removed", tally.rates.removed);
  json.field_if_known("refused", tally.rates.refused);
  json.end_object();
}

void write_mode(JsonWriter& json, const Mode& mode) {
  json.key("mode");
  json.begin_object();
  json.field("name", mode.name);
  json.field("hooks", if_known(mode.hooks));
  json.field("reason", mode.reason);
  write_strings(json, "blind", mode.blind);
  json.end_object();
}

void write_totals(JsonWriter& json, const Totals& totals) {
  json.key("totals");
  json.begin_object();
  json.field("size_bytes", totals.size_bytes);
  json.field("used_bytes", totals.used_bytes);
  json.field("refusals", totals.refusals);
  json.field("refusals_per_second", totals.refusals_per_second);
  json.field("drift_bytes", totals.drift_bytes);
  json.field("drift_inodes", totals.drift_inodes);
  json.end_object();
}

void write_mount(JsonWriter& json, const Mount& mount) {
  json.begin_object();
  json.field("mount_id", mount.mount_id);
  json.field("mount_namespace", mount.mount_namespace);
  json.field("pid", if_known(mount.pid));
  json.field("root", mount.root);
  json.field("mount_point", mount.mount_point);
  json.field("options", mount.options);
  json.end_object();
}

void write_superblock(JsonWriter& json, const SuperblockView& superblock) {
  const Superblock& info = superblock.info;
  json.begin_object();
  write_superblock_id(json, info.id);
  json.field("kind", info.kind);
  json.field("dead", info.dead);
  json.key("mounts");
  json.begin_array();
  for (const Mount& mount : info.mounts) write_mount(json, mount);
  json.end_array();
  json.field("size_bytes", info.size_bytes);
  json.field("used_bytes", info.used_bytes);
  json.field("inodes_total", info.inodes_total);
  json.field("inodes_used", info.inodes_used);
  json.field_if_known("usage_age_ns", info.usage_age_ns);
  json.field("drift_bytes", info.drift_bytes);
  json.field("drift_inodes", info.drift_inodes);
  write_owner(json, info.owner);
  write_outlook(json, superblock.outlook);
  write_survey(json, info.survey);
  write_activity(json, superblock);
  write_tally(json, superblock.tally);
  json.end_object();
}

void write_cgroup(JsonWriter& json, const CgroupView& cgroup) {
  const Cgroup& info = cgroup.info;
  json.begin_object();
  json.field("cgroup", info.id);
  json.field("path", info.path);
  json.field("dead", info.dead);
  json.field("memory_current", info.memory_current);
  json.field("memory_max", info.memory_max);
  json.field("memory_unlimited", info.memory_unlimited);
  json.field_if_known("memory_high", info.memory_high);
  json.field_if_known("swap_current", info.swap_current);
  json.field_if_known("swap_max", info.swap_max);
  json.field_if_known("oom_kills", info.oom_kills);
  json.field_if_known("reclaimable_bytes", info.reclaimable_bytes);
  json.field("shmem_bytes", info.shmem_bytes);
  json.field_if_known("memory_age_ns", info.memory_age_ns);
  json.field_if_known("headroom_bytes", cgroup.headroom.bytes);
  write_owner(json, info.owner);
  write_tally(json, cgroup.tally);
  json.end_object();
}

}  // namespace

std::string sample_to_json(const Snapshot& snapshot) {
  JsonWriter json;
  json.reserve(typical_row_bytes *
               (1 + snapshot.ledger.size() + snapshot.cgroups.size() + snapshot.superblocks.size()));
  write_head(json, "sample");
  json.field("sequence", snapshot.sequence);
  write_time(json, snapshot.realtime_ns, snapshot.monotonic_ns);
  json.field("interval_ns", snapshot.interval_ns);
  json.field("counting_since_ns", snapshot.counting_since_ns);
  json.field("kernel", snapshot.kernel);
  write_mode(json, snapshot.mode);

  json.key("losses");
  json.begin_object();
  for (const auto& [name, count] : snapshot.losses) json.field(name, count);
  json.end_object();
  write_totals(json, snapshot.totals);
  json.key("self");
  if (snapshot.self)
    write_self(json, *snapshot.self);
  else
    json.null();

  json.key("node_memory");
  if (snapshot.node)
    write_node(json, *snapshot.node);
  else
    json.null();

  json.key("verdicts");
  json.begin_array();
  for (const Verdict& verdict : snapshot.verdicts) write_verdict(json, verdict);
  json.end_array();

  json.key("superblocks");
  json.begin_array();
  for (const SuperblockView& superblock : snapshot.superblocks) write_superblock(json, superblock);
  json.end_array();

  json.key("cgroups");
  json.begin_array();
  for (const CgroupView& cgroup : snapshot.cgroups) write_cgroup(json, cgroup);
  json.end_array();

  json.key("ledger");
  json.begin_array();
  for (const LedgerView& row : snapshot.ledger) {
    json.begin_object();
    json.field("cgroup", row.cgroup);
    write_superblock_id(json, row.superblock);
    write_tally(json, row.tally);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

std::string limit_change_to_json(const LimitChange& change, const Snapshot& snapshot) {
  JsonWriter json;
  write_head(json, "event");
  json.field("event", "limit_change");
  write_time(json, snapshot.realtime_ns, snapshot.monotonic_ns);
  write_superblock_id(json, change.superblock);
  write_owner(json, change.owner);
  json.field("mount_point", if_known(change.mount_point));
  json.field("size_bytes_before", change.size_before);
  json.field("size_bytes", change.size_bytes);
  json.field("inodes_total_before", change.inodes_before);
  json.field("inodes_total", change.inodes_total);
  json.end_object();
  return json.take();
}

std::string event_to_json(const RefusalEvent& event) {
  JsonWriter json;
  write_head(json, "event");
  json.field("event", "refusal");
  write_time(json, event.realtime_ns, event.monotonic_ns);
  json.field("cgroup", event.cgroup);
  json.field("cgroup_path", event.cgroup_path);
  write_owner(json, event.owner);
  if (event.superblock == kNoSuperblock) {
    json.key("dev");
    json.null();
  } else {
    json.field("dev", device_text(event.superblock));
  }
  json.field("generation", if_known(event.superblock.generation));
  json.field("mount_point", if_known(event.mount_point));
  json.field("tgid", event.tgid);
  json.field("tid", event.tid);
  json.field("comm", event.comm);
  json.field("operation", operation_name(event.operation));
  json.field("cause", cause_name(event.cause));
  json.field("errno", if_known(event.error));
  // Of an operation without a size nothing is done in part either.
  const bool has_size = event.bytes_asked != 0 || event.bytes_done != 0;
  json.field("bytes_asked", if_known(event.bytes_asked));
  json.field("bytes_done", has_size ? std::optional(event.bytes_done) : std::nullopt);
  json.field("inode", if_known(event.inode));
  json.field("file", if_known(event.file));
  json.field("directory", if_known(event.directory));
  write_strings(json, "stack", event.stack);
  json.end_object();
  return json.take();
}

}  // namespace tmpfstrace
