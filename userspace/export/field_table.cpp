// SPDX-License-Identifier: Apache-2.0
#include "export/field_table.h"

namespace tmpfstrace {
namespace {

constexpr FieldName kinds[] = {{"regular"}, {"directory"}, {"symlink"}, {"tmpfile"}, {"link"}, {"other"}};
constexpr FieldName refusals[] = {{"operation"}, {"cause"}, {"count"}};
constexpr FieldName causes[] = {{"blocks"}, {"inodes"}, {"quota"}, {"memcg"}, {"memory"}};

constexpr FieldName counters[] = {
    {"allocated_bytes"}, {"freed_bytes"},  {"seeded_bytes"}, {"resident_bytes"},     {"written_bytes"},
    {"write_calls"},     {"short_writes"}, {"inodes"},       {"seeded_inodes"},      {"created", kinds},
    {"removed", kinds},  {"xattr_bytes"},  {"refused"},      {"refusals", refusals}, {"events_held", causes}};

constexpr FieldName rates[] = {{"allocated_bytes"}, {"freed_bytes"}, {"written_bytes"},
                               {"created"},         {"removed"},     {"refused"}};

constexpr FieldName owner[] = {{"text"},
                               {"kind"},
                               {"k8s.namespace.name"},
                               {"k8s.pod.name"},
                               {"k8s.pod.uid"},
                               {"k8s.pod.qos_class"},
                               {"k8s.container.name"},
                               {"k8s.volume.name"},
                               {"k8s.volume.type"},
                               {"container.id"},
                               {"container.name"},
                               {"container.runtime.name"},
                               {"outer.container.id"},
                               {"outer.container.name"},
                               {"systemd.unit"},
                               {"systemd.user_unit"},
                               {"systemd.slice"},
                               {"systemd.owner_uid"}};

constexpr FieldName mode[] = {{"name"}, {"hooks"}, {"reason"}, {"blind"}};

constexpr FieldName totals[] = {{"size_bytes"},          {"used_bytes"},  {"refusals"},
                                {"refusals_per_second"}, {"drift_bytes"}, {"drift_inodes"}};

constexpr FieldName node_memory[] = {{"total_bytes"}, {"available_bytes"}, {"swap_free_bytes"}};

constexpr FieldName worker[] = {{"cpu_ns"}, {"rss_bytes"}, {"private_bytes"}};
constexpr FieldName program_list[] = {{"name"}, {"runs"}, {"run_time_ns"}};
constexpr FieldName programs[] = {
    {"window_start_ns"}, {"window_ns"}, {"cpu_share"}, {"runs_per_second"}, {"list", program_list}};
constexpr FieldName self[] = {{"cpu_share"},       {"cpu_ns"},    {"rss_bytes"},          {"private_bytes"},
                              {"worker", worker},  {"map_bytes"}, {"map_bytes_measured"}, {"programs", programs},
                              {"programs_why_not"}};

constexpr FieldName verdict[] = {
    {"kind"},  {"severity"}, {"text"},   {"subject"},     {"finding"},     {"remedy"},
    {"limit"}, {"dev"},      {"cgroup"}, {"mount_point"}, {"fingerprint"}, {.name = "evidence", .any_member = true}};

constexpr FieldName mounts[] = {{"mount_id"}, {"mount_namespace"}, {"pid"}, {"root"}, {"mount_point"}, {"options"}};

constexpr FieldName forecasts[] = {{"limit"},
                                   {"state"},
                                   {"seconds_to_full"},
                                   {"seconds_to_full_low"},
                                   {"seconds_to_full_high"},
                                   {"growth_per_second"},
                                   {"settles_at"},
                                   {"confidence"}};
constexpr FieldName writers[] = {{"cgroup"}, {"share"}, {"headroom_bytes"}, {"memory_limit"}};
constexpr FieldName inversion[] = {
    {"cgroup"}, {"used_bytes_when_killed"}, {"recommended_size_bytes"}, {"recommended_memory_limit"}};
constexpr FieldName leftovers[] = {
    {"gone_creators_files"}, {"gone_creators_bytes"}, {"dead_cgroups_bytes"}, {"growth_bytes"}};
constexpr FieldName outlook[] = {{"forecasts", forecasts},
                                 {"binding_limit"},
                                 {"arrivals_per_second"},
                                 {"lifetime_seconds"},
                                 {"settles_at_files"},
                                 {"settles_at_bytes"},
                                 {"fits"},
                                 {"leftovers", leftovers},
                                 {"writers", writers},
                                 {"inversion", inversion},
                                 {"first_refused_ns"},
                                 {"last_refused_ns"}};

constexpr FieldName patterns[] = {{"directory"},       {"pattern"},    {"files"},      {"empty_files"},
                                  {"allocated_bytes"}, {"size_bytes"}, {"oldest"},     {"oldest_ns"},
                                  {"newest"},          {"newest_ns"},  {"counts_over"}};
constexpr FieldName survey[] = {{"monotonic_ns"},    {"complete"},          {"entries"},        {"files"},
                                {"allocated_bytes"}, {"size_bytes"},        {"promised_bytes"}, {"unlinked_files"},
                                {"unlinked_bytes"},  {"patterns", patterns}};

constexpr FieldName creators[] = {{"cgroup"}, {"comm"}, {"executable"}, {"pid"}, {"created"}, {"lives"}};
constexpr FieldName told_patterns[] = {
    {"directory"},        {"pattern"},          {"created"},     {"removed"},
    {"created_recently"}, {"removed_recently"}, {"counts_over"}, {"creators", creators},
    {"created_by_others"}};
constexpr FieldName activity[] = {
    {"created"}, {"removed"}, {"told_share"}, {"recent_seconds"}, {"patterns", told_patterns}};

constexpr FieldName superblocks[] = {{"dev"},
                                     {"generation"},
                                     {"kind"},
                                     {"dead"},
                                     {"mounts", mounts},
                                     {"size_bytes"},
                                     {"used_bytes"},
                                     {"inodes_total"},
                                     {"inodes_used"},
                                     {"usage_age_ns"},
                                     {"drift_bytes"},
                                     {"drift_inodes"},
                                     {"owner", owner},
                                     {"outlook", outlook},
                                     {"survey", survey},
                                     {"activity", activity},
                                     {"counters", counters},
                                     {"rates", rates}};

constexpr FieldName cgroups[] = {{"cgroup"},
                                 {"path"},
                                 {"dead"},
                                 {"memory_current"},
                                 {"memory_max"},
                                 {"memory_unlimited"},
                                 {"memory_high"},
                                 {"swap_current"},
                                 {"swap_max"},
                                 {"oom_kills"},
                                 {"reclaimable_bytes"},
                                 {"shmem_bytes"},
                                 {"memory_age_ns"},
                                 {"headroom_bytes"},
                                 {"owner", owner},
                                 {"counters", counters},
                                 {"rates", rates}};

constexpr FieldName ledger[] = {{"cgroup"}, {"dev"}, {"generation"}, {"counters", counters}, {"rates", rates}};

constexpr FieldName document[] = {
    // of every document
    {"schema"},
    {"type"},
    {"time"},
    {"time_ns"},
    {"monotonic_ns"},
    // of samples
    {"sequence"},
    {"interval_ns"},
    {"counting_since_ns"},
    {"kernel"},
    {"mode", mode},
    {.name = "losses", .any_member = true},
    {"totals", totals},
    {"self", self},
    {"node_memory", node_memory},
    {"verdicts", verdict},
    {"superblocks", superblocks},
    {"cgroups", cgroups},
    {"ledger", ledger},
    // of events, some also of alerts
    {"event"},
    {"cgroup"},
    {"cgroup_path"},
    {"owner", owner},
    {"dev"},
    {"generation"},
    {"mount_point"},
    {"tgid"},
    {"tid"},
    {"comm"},
    {"operation"},
    {"cause"},
    {"errno"},
    {"bytes_asked"},
    {"bytes_done"},
    {"inode"},
    {"file"},
    {"directory"},
    {"stack"},
    {"size_bytes_before"},
    {"size_bytes"},
    {"inodes_total_before"},
    {"inodes_total"},
    // of alerts
    {"state"},
    {"rule"},
    {"kind"},
    {"severity"},
    {"fingerprint"},
    {"started"},
    {"started_ns"},
    {"ended"},
    {"ended_ns"},
    {"summary"},
    {"subject"},
    {"finding"},
    {"remedy"},
    {"limit"},
    {.name = "labels", .any_member = true},
    {.name = "evidence", .any_member = true},
    {"runbook_url"}};

}  // namespace

std::span<const FieldName> document_fields() { return document; }

}  // namespace tmpfstrace
