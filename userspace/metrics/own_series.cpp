// SPDX-License-Identifier: Apache-2.0
#include "metrics/own_series.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace tmpfstrace {
namespace {

double seconds(std::uint64_t ns) { return static_cast<double>(ns) / 1e9; }

// The numbers of a remedy, under the names that the verdict has for them.
constexpr std::pair<const char*, Metric> remedies[] = {
    {"recommended_size_bytes", Metric::superblock_recommended_size_bytes},
    {"recommended_inodes", Metric::superblock_recommended_inodes},
    {"recommended_memory_limit", Metric::superblock_recommended_memory_limit_bytes},
};

void add_remedies(const Verdict& verdict, const MetricLabels& labels, std::set<std::pair<Metric, SuperblockId>>& told,
                  FamilySet& families) {
  for (const auto& [name, metric] : remedies) {
    const auto is_it = [&name = name](const auto& evidence) { return evidence.first == name; };
    const auto found = std::ranges::find_if(verdict.evidence, is_it);
    // The worst verdict comes first, and its remedy counts.
    if (found == verdict.evidence.end() || !told.emplace(metric, *verdict.superblock).second) continue;
    families.add(metric, labels, found->second);
  }
}

std::optional<std::uint64_t> sum_of(const std::optional<std::uint64_t>& a, const std::optional<std::uint64_t>& b) {
  if (!a) return b;
  return *a + b.value_or(0);
}

void add_cost(const SelfView& self, FamilySet& families) {
  const SelfCost& cost = self.cost;
  if (const auto cpu = sum_of(cost.process.cpu_ns, cost.worker.cpu_ns))
    families.add(Metric::process_cpu_seconds, {}, seconds(*cpu));
  families.add(Metric::process_resident_memory_bytes, {}, sum_of(cost.process.rss_bytes, cost.worker.rss_bytes));
  families.add(Metric::bpf_map_bytes, {}, cost.map_bytes);
  for (const HookState& hook : cost.hooks)
    families.add(Metric::hook_attached, {{"hook", hook.function}, {"how", hook.how}}, hook.attached ? 1 : 0);
  for (const MissedRuns& missed : cost.missed_runs)
    families.add(Metric::bpf_program_missed_runs, {{"program", missed.program}}, static_cast<double>(missed.count));
  if (!cost.window) return;
  families.add(Metric::bpf_window_seconds, {}, seconds(length_ns(*cost.window)));
  for (const ProgramRuns& program : cost.window->programs)
    families.add(Metric::bpf_program_cpu_ratio, {{"program", program.name}}, share_of(program, *cost.window));
}

}  // namespace

void add_problems(const Snapshot& snapshot, const SuperblockSeries& superblocks, FamilySet& families) {
  std::set<MetricLabels> problems;  // two cgroups of one owner may have the same
  std::set<std::pair<Metric, SuperblockId>> remedies_told;
  for (const Verdict& verdict : snapshot.verdicts) {
    const MetricLabels* of_superblock = verdict.superblock ? superblocks.labels_of(*verdict.superblock) : nullptr;
    MetricLabels labels = of_superblock == nullptr ? MetricLabels() : *of_superblock;
    if (verdict.owner != nullptr) {
      if (of_superblock == nullptr) add_label(labels, "owner", owner_text(*verdict.owner));
      add_label(labels, "container", verdict.owner->k8s_container);
    }
    add_label(labels, "kind", verdict_name(verdict.kind));
    add_label(labels, "severity", severity_name(verdict.severity));
    add_label(labels, "limit", verdict.limit);
    if (of_superblock != nullptr) add_remedies(verdict, *of_superblock, remedies_told, families);
    if (problems.insert(labels).second) families.add(Metric::problem, std::move(labels), 1);
  }
}

void add_own(const Snapshot& snapshot, const AgentFacts& facts, FamilySet& families) {
  families.add(Metric::build_info, {{"version", facts.version}}, 1);
  MetricLabels mode;
  add_label(mode, "mode", snapshot.mode.name);
  add_label(mode, "hooks", snapshot.mode.hooks);
  add_label(mode, "kernel", snapshot.kernel);
  families.add(Metric::mode_info, std::move(mode), 1);
  families.add(Metric::blind_spots, {}, static_cast<double>(snapshot.mode.blind.size()));
  for (const auto& [name, count] : snapshot.losses)
    families.add(Metric::losses, {{"loss", name}}, static_cast<double>(count));
  families.add(Metric::ledger_drift_bytes, {}, snapshot.totals.drift_bytes);
  families.add(Metric::ledger_drift_inodes, {}, snapshot.totals.drift_inodes);
  families.add(Metric::samples, {}, static_cast<double>(facts.samples));
  families.add(Metric::last_sample_timestamp_seconds, {}, seconds(snapshot.realtime_ns));
  families.add(Metric::sample_duration_seconds, {}, seconds(facts.sample_duration_ns));
  families.add(Metric::interval_seconds, {}, seconds(facts.interval_ns));
  if (snapshot.counting_since_ns)
    families.add(Metric::counting_since_timestamp_seconds, {}, seconds(*snapshot.counting_since_ns));
  if (!snapshot.mode.hooks.empty()) {
    families.add(Metric::slots, {}, static_cast<double>(snapshot.ledger.size()));
    families.add(Metric::superblock_rows, {}, static_cast<double>(snapshot.superblocks.size()));
  }
  if (facts.tables) {
    families.add(Metric::slots_limit, {}, static_cast<double>(facts.tables->slots));
    families.add(Metric::superblock_rows_limit, {}, static_cast<double>(facts.tables->superblocks));
  }
  families.add(Metric::process_start_time_seconds, {}, seconds(facts.process_start_ns));
  if (snapshot.self) add_cost(*snapshot.self, families);
}

}  // namespace tmpfstrace
