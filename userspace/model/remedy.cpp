// SPDX-License-Identifier: Apache-2.0
#include "model/remedy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "model/quantity_text.h"

namespace tmpfstrace {
namespace {

constexpr double kSecond = 1e9;
constexpr double kWeek = 7 * 86400;
constexpr double kSpare = 1.25;              // beyond what it settles at
constexpr double kUnknown = 1.5;             // of what is in use
constexpr double kOwnNeed = 1.1;             // what a process takes beside its files, and a tenth
constexpr std::uint64_t kLeastBirths = 100;  // from fewer no rate is made
constexpr double kShortestSpan = 60 * kSecond;

const FilePattern* main_pattern(const SuperblockView& view) {
  if (view.info.survey == nullptr || view.info.survey->patterns.empty()) return nullptr;
  return &view.info.survey->patterns.front();
}

// Where removals are not counted: of what came while it was watched nothing has gone.
bool nothing_removed(const SuperblockView& view) {
  if (view.tally.removed) return *view.tally.removed == 0;
  return view.outlook.residence && !view.outlook.residence->lifetime_ns;
}

std::optional<double> files_resident(const SuperblockView& view) {
  if (view.info.survey != nullptr && view.info.survey->complete) return static_cast<double>(view.info.survey->files);
  return view.info.inodes_used ? std::optional(static_cast<double>(*view.info.inodes_used)) : std::nullopt;
}

std::optional<std::uint64_t> limit_for(const SuperblockView& view, const Snapshot& snapshot, std::uint64_t size) {
  if (view.outlook.writers.empty()) return std::nullopt;
  const TmpfsWriter& writer = view.outlook.writers.front();
  if (!writer.memory_limit || !writer.headroom) return std::nullopt;
  const auto cgroup = std::find_if(snapshot.cgroups.begin(), snapshot.cgroups.end(),
                                   [&](const CgroupView& other) { return other.info.id == writer.cgroup; });
  // What it takes beside its share of this superblock.
  const double in_use = static_cast<double>(*writer.memory_limit) - static_cast<double>(*writer.headroom);
  const double here = writer.share * static_cast<double>(view.info.used_bytes.value_or(0));
  const double beside = std::max(in_use - here, 0.0);
  const double needed = writer.share * static_cast<double>(size) + beside * kOwnNeed;
  if (cgroup == snapshot.cgroups.end() || needed <= static_cast<double>(*writer.memory_limit)) return std::nullopt;
  return round_size_up(needed);
}

}  // namespace

std::optional<double> arrivals_of(const SuperblockView& view) {
  // A full tmpfs lets nothing arrive: what came before tells.
  const FilePattern* pattern = main_pattern(view);
  if (pattern != nullptr && pattern->files >= kLeastBirths && pattern->oldest_ns && pattern->newest_ns) {
    const double span = static_cast<double>(*pattern->newest_ns) - static_cast<double>(*pattern->oldest_ns);
    if (span >= kShortestSpan) return static_cast<double>(pattern->files - 1) / (span / kSecond);
  }
  if (view.outlook.residence && view.outlook.residence->arrivals_per_second > 0)
    return view.outlook.residence->arrivals_per_second;
  return std::nullopt;
}

Remedy find_remedy(const SuperblockView& view, const Snapshot& snapshot, bool binds_blocks) {
  Remedy remedy;
  const auto resident = files_resident(view);
  const double used = static_cast<double>(view.info.used_bytes.value_or(0));
  const double bytes_per_file = resident && *resident > 0 ? used / *resident : 0;
  std::optional<double> files;
  const char* content = "half as much again";
  const auto arrivals = arrivals_of(view);
  if (view.outlook.steady) {
    files = view.outlook.steady->files * kSpare;
    content = "what it settles at";
    remedy.reason = "to hold what it settles at";
  } else if (arrivals && nothing_removed(view)) {
    files = std::max(*arrivals * kWeek, resident.value_or(0));
    content = "7 days of them";
    remedy.reason = "to hold 7 days of them";
  } else if (resident) {
    files = *resident * kUnknown;
    remedy.reason = "for half as much again";
  }
  const double bytes = files && bytes_per_file > 0 ? *files * bytes_per_file : used * kUnknown;
  if (binds_blocks && bytes > 0) {
    remedy.size_bytes = std::max(round_size_up(bytes), view.info.size_bytes.value_or(0));
    if (view.info.inodes_total && files && *files > static_cast<double>(*view.info.inodes_total))
      remedy.inodes = static_cast<std::uint64_t>(std::ceil(*files / 1000) * 1000);
  } else if (!binds_blocks && files) {
    remedy.inodes = static_cast<std::uint64_t>(std::ceil(*files / 1000) * 1000);
    if (view.info.size_bytes && bytes > static_cast<double>(*view.info.size_bytes))
      remedy.size_bytes = round_size_up(bytes);
  }
  if (remedy.size_bytes && snapshot.node && *remedy.size_bytes > snapshot.node->total_bytes) {
    Remedy other;
    other.reason = fmt::format("have them removed or written to disk: {} would take {}, the node has {}", content,
                               bytes_in_words(bytes), bytes_in_words(static_cast<double>(snapshot.node->total_bytes)));
    return other;
  }
  if (remedy.size_bytes) remedy.memory_limit = limit_for(view, snapshot, *remedy.size_bytes);
  return remedy;
}

std::string remedy_text(const Remedy& remedy) {
  std::vector<std::string> parts;
  if (remedy.size_bytes) parts.push_back("size " + bytes_in_words(static_cast<double>(*remedy.size_bytes)));
  if (remedy.inodes) parts.push_back("nr_inodes " + count_in_words(static_cast<double>(*remedy.inodes)));
  if (remedy.memory_limit) parts.push_back("memory limit " + bytes_in_words(static_cast<double>(*remedy.memory_limit)));
  if (parts.empty()) return remedy.reason;
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i)
    text += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
  return remedy.reason.empty() ? text : fmt::format("{}: {}", remedy.reason, text);
}

}  // namespace tmpfstrace
