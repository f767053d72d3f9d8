// SPDX-License-Identifier: Apache-2.0
// Every metric there is: what the agent serves and docs/metrics.md describes, once.
//
// Rules of the table, which a unit test holds it to: base units, _total at the end of counters and nowhere else, a unit
// only where the name says it, bounded labels (no path of a file, no process).
#pragma once

#include <cstddef>
#include <span>

namespace tmpfstrace {

enum class MetricType { gauge, counter, histogram };

const char* type_name(MetricType type);

struct MetricInfo {
  const char* name;  // as it is served in the text format
  MetricType type;
  const char* unit;    // "bytes", "seconds", "ratio"; empty: a number of things
  const char* help;    // one sentence
  const char* labels;  // separated by blanks; empty: none. A label without a value is left out
};

enum class Metric : std::size_t {
  superblock_size_bytes,
  superblock_used_bytes,
  superblock_inodes,
  superblock_inodes_used,
  superblock_allocated_bytes,
  superblock_freed_bytes,
  superblock_written_bytes,
  superblock_files_created,
  superblock_files_removed,
  superblock_refusals,
  superblock_memory_headroom_bytes,
  superblock_full_in_seconds,
  superblock_recommended_size_bytes,
  superblock_recommended_inodes,
  superblock_recommended_memory_limit_bytes,
  refusals,
  container_resident_bytes,
  container_refusals,
  problem,
  build_info,
  mode_info,
  blind_spots,
  hook_attached,
  losses,
  ledger_drift_bytes,
  ledger_drift_inodes,
  samples,
  last_sample_timestamp_seconds,
  sample_duration_seconds,
  interval_seconds,
  counting_since_timestamp_seconds,
  bpf_map_bytes,
  bpf_program_missed_runs,
  bpf_program_cpu_ratio,
  bpf_window_seconds,
  slots,
  slots_limit,
  superblock_rows,
  superblock_rows_limit,
  series,
  series_folded,
  process_cpu_seconds,
  process_resident_memory_bytes,
  process_start_time_seconds,
  count_,
};

constexpr std::size_t kMetrics = static_cast<std::size_t>(Metric::count_);

const MetricInfo& info_of(Metric metric);

// In the order of the enum.
std::span<const MetricInfo> metric_table();

}  // namespace tmpfstrace
