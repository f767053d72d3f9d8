// SPDX-License-Identifier: Apache-2.0
#include "model/verdicts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "model/leftovers.h"
#include "model/losses.h"
#include "model/mounts.h"
#include "model/names.h"
#include "model/pattern_activity.h"
#include "model/quantity_text.h"
#include "model/ratio.h"
#include "model/remedy.h"

namespace tmpfstrace {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
// A service that is refused tries again within this time: until then it counts as refused now.
constexpr std::uint64_t kRefusedNow = 60 * kSecond;

double number(const std::optional<std::uint64_t>& value) { return static_cast<double>(value.value_or(0)); }

// What a pod has mounted is all its containers': the one that writes most is told with it.
OwnerRef with_container(const OwnerRef& pod, const OwnerRef& writer) {
  const bool is_of_pod = writer != nullptr && pod->kind == "pod" && writer->kind == "container" &&
                         !pod->pod_uid.empty() && writer->pod_uid == pod->pod_uid;
  if (!is_of_pod || writer->k8s_container.empty()) return pod;
  Owner owner = *pod;
  owner.k8s_container = writer->k8s_container;
  return std::make_shared<const Owner>(std::move(owner));
}

OwnerRef owner_of(const SuperblockView& view, const Snapshot& snapshot) {
  if (view.outlook.writers.empty()) return view.info.owner;
  const TmpfsWriter& first = view.outlook.writers.front();
  if (view.info.owner != nullptr && !first.seen_writing) return view.info.owner;
  const auto cgroup = std::find_if(snapshot.cgroups.begin(), snapshot.cgroups.end(),
                                   [&](const CgroupView& other) { return other.info.id == first.cgroup; });
  const OwnerRef writer = cgroup == snapshot.cgroups.end() ? nullptr : cgroup->info.owner;
  return view.info.owner == nullptr ? writer : with_container(view.info.owner, writer);
}

class OfSuperblock {
 public:
  OfSuperblock(const SuperblockView& view, const Snapshot& snapshot, const VerdictThresholds& thresholds,
               std::vector<Verdict>& verdicts)
      : view_(view), snapshot_(snapshot), thresholds_(thresholds), verdicts_(verdicts) {}

  void find() {
    const bool full = is_full("blocks") || is_full("inodes");
    if (is_refused()) {
      add_refused();
    } else if (full) {
      add_full();
    } else {
      if (view_.outlook.inversion) add_kills_first();
      const bool soon = add_full_soon();
      if (view_.outlook.steady && !view_.outlook.steady->fits) add_never_fits();
      if (!soon) add_nearly_full();
    }
    add_leftovers();
  }

 private:
  bool is_full(const std::string& limit) const {
    const Superblock& info = view_.info;
    return limit == "blocks" ? info.size_bytes && info.used_bytes && *info.used_bytes >= *info.size_bytes
                             : info.inodes_total && info.inodes_used && *info.inodes_used >= *info.inodes_total;
  }

  bool is_refused() const {
    const auto last = view_.outlook.last_refused_ns;
    return last && snapshot_.realtime_ns < *last + kRefusedNow && view_.tally.refused.value_or(0) != 0;
  }

  Verdict& add(VerdictKind kind, Severity severity, const char* limit) {
    Verdict& verdict = verdicts_.emplace_back();
    verdict.kind = kind;
    verdict.severity = severity;
    verdict.limit = limit;
    verdict.superblock = view_.info.id;
    if (!view_.outlook.writers.empty()) verdict.cgroup = view_.outlook.writers.front().cgroup;
    verdict.owner = owner_of(view_, snapshot_);
    verdict.mount_point =
        view_.outlook.refused_mount_point.empty() ? shortest_mount(view_.info) : view_.outlook.refused_mount_point;
    verdict.subject = subject_of(view_, snapshot_);
    add_if_known(verdict, "used_bytes", view_.info.used_bytes);
    add_if_known(verdict, "size_bytes", view_.info.size_bytes);
    add_if_known(verdict, "inodes_used", view_.info.inodes_used);
    add_if_known(verdict, "inodes_total", view_.info.inodes_total);
    return verdict;
  }

  static void add_if_known(Verdict& verdict, const char* name, const std::optional<std::uint64_t>& value) {
    if (value) verdict.evidence.emplace_back(name, number(value));
  }

  // "full (64 MiB, blocks)"
  std::string fill_text(bool blocks) const {
    const auto& used = blocks ? view_.info.used_bytes : view_.info.inodes_used;
    const auto& total = blocks ? view_.info.size_bytes : view_.info.inodes_total;
    const std::string whole = blocks ? bytes_in_words(number(total)) : count_in_words(number(total));
    const double part = ratio_of(used, total).value_or(0);
    const std::string how = part >= 1 ? "full" : fmt::format("{:.0f} % full", std::floor(part * 100));
    return fmt::format("{} ({}, {})", how, whole, blocks ? "blocks" : "inodes");
  }

  void add_remedy(Verdict& verdict, bool blocks) const {
    const Remedy remedy = find_remedy(view_, snapshot_, blocks);
    verdict.remedy = remedy_text(remedy);
    add_if_known(verdict, "recommended_size_bytes", remedy.size_bytes);
    add_if_known(verdict, "recommended_inodes", remedy.inodes);
    add_if_known(verdict, "recommended_memory_limit", remedy.memory_limit);
  }

  void add_refused() {
    const tmpfs_cause cause = main_cause(view_.tally.refusals).value_or(TMPFS_CAUSE_BLOCKS);
    Verdict& verdict = add(VerdictKind::refused, Severity::critical, cause_name(cause).data());
    const std::string since = view_.outlook.first_refused_ns
                                  ? " since " + clock_in_words(*view_.outlook.first_refused_ns, snapshot_.realtime_ns)
                                  : std::string();
    const std::string count = fmt::format("{} {} refused{}", count_in_words(number(view_.tally.refused)),
                                          view_.tally.refused == 1U ? "operation" : "operations", since);
    verdict.evidence.emplace_back("refused", number(view_.tally.refused));
    if (cause == TMPFS_CAUSE_BLOCKS || cause == TMPFS_CAUSE_INODES) {
      const bool blocks = cause == TMPFS_CAUSE_BLOCKS;
      verdict.finding = fmt::format("is {}; {}{}", fill_text(blocks), count, files_in_words(view_));
      add_remedy(verdict, blocks);
      return;
    }
    if (cause == TMPFS_CAUSE_QUOTA) {
      verdict.finding = fmt::format("has a user or group over its quota; {}{}", count, files_in_words(view_));
      verdict.remedy = "raise the quota or remove files of that user";
    } else if (cause == TMPFS_CAUSE_MEMCG) {
      verdict.finding = fmt::format("is refused memory by the limit of its cgroup; {}{}", count, files_in_words(view_));
      const Remedy remedy = find_remedy(view_, snapshot_, true);
      verdict.remedy =
          remedy.memory_limit ? "memory limit " + bytes_in_words(number(remedy.memory_limit)) : std::string();
    } else {
      verdict.finding = fmt::format("is refused memory by the node; {}{}", count, files_in_words(view_));
    }
  }

  void add_full() {
    const bool blocks = is_full("blocks");
    Verdict& verdict = add(VerdictKind::full, Severity::critical, blocks ? "blocks" : "inodes");
    verdict.finding = fmt::format("is {}, the next write is refused{}", fill_text(blocks), files_in_words(view_));
    add_remedy(verdict, blocks);
  }

  void add_kills_first() {
    const LimitInversion& inversion = *view_.outlook.inversion;
    const TmpfsWriter* killed = nullptr;
    for (const TmpfsWriter& writer : view_.outlook.writers)
      if (writer.cgroup == inversion.first_killed) killed = &writer;
    Verdict& verdict = add(VerdictKind::kills_first, Severity::warning, "memcg");
    verdict.finding = fmt::format(
        "may hold {}, but its writers have memory for {} only{}: they are killed before it is full",
        bytes_in_words(number(view_.info.size_bytes)), bytes_in_words(static_cast<double>(inversion.used_when_killed)),
        killed != nullptr && killed->memory_limit ? " (limit " + bytes_in_words(number(killed->memory_limit)) + ")"
                                                  : "");
    verdict.evidence.emplace_back("used_when_killed_bytes", static_cast<double>(inversion.used_when_killed));
    std::string raised;
    if (!inversion.raised_limits.empty()) {
      const auto limit = static_cast<double>(inversion.raised_limits.front().memory_limit);
      raised = "memory limit " + bytes_in_words(limit);
      verdict.evidence.emplace_back("recommended_memory_limit", limit);
    }
    const std::string reduced = inversion.reduced_size == 0
                                    ? std::string()
                                    : "size " + bytes_in_words(static_cast<double>(inversion.reduced_size));
    if (!reduced.empty())
      verdict.evidence.emplace_back("recommended_size_bytes", static_cast<double>(inversion.reduced_size));
    verdict.remedy = raised.empty() || reduced.empty() ? raised + reduced : reduced + " or " + raised;
  }

  bool add_full_soon() {
    const auto& binding = view_.outlook.binding;
    if (!binding || binding->forecast.state != ForecastState::fills || !binding->forecast.mid_ns) return false;
    if (*binding->forecast.mid_ns > thresholds_.full_soon_within_ns) return false;
    const bool memory = binding->kind == LimitKind::memcg || binding->kind == LimitKind::node;
    Verdict& verdict = add(VerdictKind::full_soon, Severity::warning, key_of(binding->kind));
    const Forecast& forecast = binding->forecast;
    const double growth = forecast.growth_per_second.value_or(0);
    const std::string rate =
        binding->kind == LimitKind::inodes ? rate_in_words(growth) : bytes_in_words(growth * 3600) + " an hour";
    verdict.finding = fmt::format("{} in {} ({} to {}): it grows by {}{}",
                                  memory ? std::string("meets the ") + name_of(binding->kind) : "is full",
                                  duration_in_words(*forecast.mid_ns), duration_in_words(forecast.low_ns.value_or(0)),
                                  duration_in_words(forecast.high_ns.value_or(0)), rate, files_in_words(view_));
    verdict.evidence.emplace_back("seconds_to_full", static_cast<double>(*forecast.mid_ns) / 1e9);
    verdict.evidence.emplace_back("growth_per_second", growth);
    add_remedy(verdict, binding->kind != LimitKind::inodes);
    return true;
  }

  void add_never_fits() {
    const SteadyState& steady = *view_.outlook.steady;
    Verdict& verdict = add(VerdictKind::never_fits, Severity::warning, "blocks");
    const std::string bytes = steady.bytes ? " = " + bytes_in_words(*steady.bytes) : std::string();
    verdict.finding = fmt::format("settles at {} files{}; it holds {}: that never fits", count_in_words(steady.files),
                                  bytes, count_in_words(number(steady.holds)));
    verdict.evidence.emplace_back("settles_at_files", steady.files);
    add_remedy(verdict, true);
  }

  void add_nearly_full() {
    const double part = fill_of(view_.info);
    const bool blocks = ratio_of(view_.info.used_bytes, view_.info.size_bytes).value_or(0) >= part;
    if (part <= thresholds_.nearly_full_above) return;
    Verdict& verdict = add(VerdictKind::nearly_full, Severity::warning, blocks ? "blocks" : "inodes");
    verdict.finding = fmt::format("is {}{}", fill_text(blocks), files_in_words(view_));
    add_remedy(verdict, blocks);
  }

  void add_leftovers() {
    for (LeftoverFinding& found : find_leftovers(view_)) {
      Verdict& verdict = add(VerdictKind::leftovers, Severity::warning, "blocks");
      verdict.finding = std::move(found.finding);
      verdict.remedy = std::move(found.remedy);
      verdict.evidence.insert(verdict.evidence.end(), found.evidence.begin(), found.evidence.end());
    }
  }

  const SuperblockView& view_;
  const Snapshot& snapshot_;
  const VerdictThresholds& thresholds_;
  std::vector<Verdict>& verdicts_;
};

void add_own_losses(const Snapshot& snapshot, std::vector<Verdict>& verdicts) {
  std::string text;
  double sum = 0;
  for (const auto& [name, count] : snapshot.losses) {
    if (count == 0 || loss_kind(name) != LossKind::Count) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count_in_words(static_cast<double>(count)), name);
    sum += static_cast<double>(count);
  }
  if (text.empty()) return;
  Verdict& verdict = verdicts.emplace_back();
  verdict.kind = VerdictKind::own_losses;
  verdict.severity = Severity::info;
  verdict.subject = "tmpfstrace";
  verdict.finding = fmt::format("did not count all: {}", text);
  verdict.evidence = {{"lost", sum}};
}

}  // namespace

std::string subject_of(const SuperblockView& view, const Snapshot& snapshot) {
  const OwnerRef owner = owner_of(view, snapshot);
  const std::string& seen = view.outlook.refused_mount_point;
  std::string where = seen.empty() ? shortest_mount(view.info) : seen;
  if (where.empty()) where = view.info.kind == "internal" ? "shared memory without a name" : "a tmpfs without a mount";
  return owner == nullptr ? where : fmt::format("{}: {}", owner_text(*owner), where);
}

std::vector<Verdict> find_verdicts(const Snapshot& snapshot, const VerdictThresholds& thresholds) {
  std::vector<Verdict> verdicts;
  for (const SuperblockView& view : snapshot.superblocks)
    if (!view.info.dead) OfSuperblock(view, snapshot, thresholds, verdicts).find();
  add_own_losses(snapshot, verdicts);
  const auto badness = [](const Verdict& verdict) { return std::pair(verdict.severity, verdict.kind); };
  std::stable_sort(verdicts.begin(), verdicts.end(),
                   [&](const Verdict& a, const Verdict& b) { return badness(a) < badness(b); });
  return verdicts;
}

}  // namespace tmpfstrace
