// SPDX-License-Identifier: Apache-2.0
#include "metrics/metric_table.h"

#include <array>

namespace tmpfstrace {
namespace {

constexpr MetricType gauge = MetricType::gauge;
constexpr MetricType counter = MetricType::counter;

// Of a superblock, and of a cgroup that has something there.
#define SUPERBLOCK "device mount owner namespace pod volume"
#define CONTAINER "device mount owner namespace pod container"

constexpr std::array<MetricInfo, kMetrics> table = {{
    {"tmpfstrace_superblock_size_bytes", gauge, "bytes", "Size of the tmpfs, as statfs tells it.", SUPERBLOCK},
    {"tmpfstrace_superblock_used_bytes", gauge, "bytes", "Blocks in use, as statfs tells them.", SUPERBLOCK},
    {"tmpfstrace_superblock_inodes", gauge, "", "Inodes that the tmpfs may have (nr_inodes).", SUPERBLOCK},
    {"tmpfstrace_superblock_inodes_used", gauge, "", "Inodes in use, as statfs tells them.", SUPERBLOCK},
    {"tmpfstrace_superblock_allocated_bytes_total", counter, "bytes", "Pages allocated on the tmpfs.", SUPERBLOCK},
    {"tmpfstrace_superblock_freed_bytes_total", counter, "bytes", "Pages given back.", SUPERBLOCK},
    {"tmpfstrace_superblock_written_bytes_total", counter, "bytes",
     "Bytes that write calls have written, new and over old ones.", SUPERBLOCK},
    {"tmpfstrace_superblock_files_created_total", counter, "", "Files, directories and links that were made.",
     SUPERBLOCK},
    {"tmpfstrace_superblock_files_removed_total", counter, "", "Files, directories and links that have gone.",
     SUPERBLOCK},
    {"tmpfstrace_superblock_refusals_total", counter, "",
     "Operations that were refused, whatever the operation and the cause.", SUPERBLOCK},
    {"tmpfstrace_superblock_memory_headroom_bytes", gauge, "bytes",
     "Memory that those who write there may still take before somebody is killed.", SUPERBLOCK},
    {"tmpfstrace_superblock_full_in_seconds", gauge, "seconds",
     "Time until the limit is met, where there is evidence for one (docs/forecast.md); 0: it is.", SUPERBLOCK " limit"},
    {"tmpfstrace_superblock_recommended_size_bytes", gauge, "bytes",
     "Size that would do, while a problem with the present one is found.", SUPERBLOCK},
    {"tmpfstrace_superblock_recommended_inodes", gauge, "",
     "Number of inodes that would do, while a problem with the present one is found.", SUPERBLOCK},
    {"tmpfstrace_superblock_recommended_memory_limit_bytes", gauge, "bytes",
     "Memory limit of those who write that would do, while a problem with the present one is found.", SUPERBLOCK},
    {"tmpfstrace_refusals_total", counter, "", "Operations that were refused, by what they were and what refused them.",
     SUPERBLOCK " operation cause"},
    {"tmpfstrace_container_resident_bytes", gauge, "bytes", "Pages on the tmpfs that are charged to the container.",
     CONTAINER},
    {"tmpfstrace_container_refusals_total", counter, "", "Operations of the container that were refused.",
     CONTAINER " cause"},
    {"tmpfstrace_problem", gauge, "", "1 while something is found to be wrong (docs/alerts.md).",
     SUPERBLOCK " container kind severity limit"},
    {"tmpfstrace_build_info", gauge, "", "1, with the version.", "version"},
    {"tmpfstrace_mode_info", gauge, "", "1, with how it counts (tmpfstrace doctor says why).", "mode hooks kernel"},
    {"tmpfstrace_blind_spots", gauge, "",
     "Things that this mode does not see on this kernel; tmpfstrace doctor names them.", ""},
    {"tmpfstrace_hook_attached", gauge, "",
     "1 for each hook that the mode wants and that is attached, 0 for one that could not be.", "hook how"},
    {"tmpfstrace_losses_total", counter, "", "What was lost to tmpfstrace itself (docs/json.md, losses).", "loss"},
    {"tmpfstrace_ledger_drift_bytes", gauge, "bytes",
     "Difference of our books and statfs, summed over all superblocks without sign; 0 at rest.", ""},
    {"tmpfstrace_ledger_drift_inodes", gauge, "", "The same of inodes.", ""},
    {"tmpfstrace_samples_total", counter, "", "Samples taken since the process began.", ""},
    {"tmpfstrace_last_sample_timestamp_seconds", gauge, "seconds", "Time of the sample that is served, since 1970.",
     ""},
    {"tmpfstrace_sample_duration_seconds", gauge, "seconds",
     "How long the last sample took, from its begin to what is served.", ""},
    {"tmpfstrace_interval_seconds", gauge, "seconds", "Time between two samples.", ""},
    {"tmpfstrace_counting_since_timestamp_seconds", gauge, "seconds",
     "Since when the kernel has been counting, since 1970; with --pin that outlasts the process.", ""},
    {"tmpfstrace_bpf_map_bytes", gauge, "bytes", "Kernel memory of our BPF maps.", ""},
    {"tmpfstrace_bpf_program_missed_runs_total", counter, "",
     "Runs that the kernel left out, where it tells; their sum is the loss recursion_misses.", "program"},
    {"tmpfstrace_bpf_program_cpu_ratio", gauge, "ratio",
     "Part of one processor that the program took in the last window.", "program"},
    {"tmpfstrace_bpf_window_seconds", gauge, "seconds", "Length of that window.", ""},
    {"tmpfstrace_slots", gauge, "", "Pairs of cgroup and superblock that are counted apart.", ""},
    {"tmpfstrace_slots_limit", gauge, "", "How many there may be (--max-slots; with --pin that of the first run).", ""},
    {"tmpfstrace_superblock_rows", gauge, "", "Superblocks that are counted apart.", ""},
    {"tmpfstrace_superblock_rows_limit", gauge, "", "How many there may be (--max-superblocks, likewise).", ""},
    {"tmpfstrace_series", gauge, "", "Series of superblocks and containers that are served.", ""},
    {"tmpfstrace_series_folded", gauge, "",
     "Superblocks that found no place of their own and are summed up under owner=\"(others)\" "
     "(--metrics.max-superblocks).",
     ""},
    {"process_cpu_seconds_total", counter, "seconds",
     "Processor time of the process that counts, with its reader of symbols.", ""},
    {"process_resident_memory_bytes", gauge, "bytes",
     "Resident memory of both, the mapped part of the BPF maps included.", ""},
    {"process_start_time_seconds", gauge, "seconds", "When the process began, since 1970.", ""},
}};

#undef SUPERBLOCK
#undef CONTAINER

}  // namespace

const char* type_name(MetricType type) {
  switch (type) {
    case MetricType::gauge: return "gauge";
    case MetricType::counter: return "counter";
    case MetricType::histogram: return "histogram";
  }
  return "unknown";
}

const MetricInfo& info_of(Metric metric) { return table[static_cast<std::size_t>(metric)]; }

std::span<const MetricInfo> metric_table() { return table; }

}  // namespace tmpfstrace
