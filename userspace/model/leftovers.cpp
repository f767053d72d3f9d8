// SPDX-License-Identifier: Apache-2.0
#include "model/leftovers.h"

#include <fmt/format.h>

#include <unordered_set>

#include "model/quantity_text.h"

namespace tmpfstrace {
namespace {

constexpr double kPart = 0.25;
constexpr std::uint64_t kLeast = 4 << 20;

double number(const std::optional<std::uint64_t>& value) { return static_cast<double>(value.value_or(0)); }

std::string bytes_text(std::uint64_t bytes) { return bytes_in_words(static_cast<double>(bytes)); }

// Files outlive whoever made them, and that is what a tmpfs is used for: only what grows is told.
std::optional<LeftoverFinding> find_left_behind(const SuperblockView& view) {
  const Leftovers& leftovers = view.outlook.leftovers;
  const HeldFiles gone = leftovers.gone_creators.value_or(HeldFiles{});
  const std::uint64_t dead = leftovers.dead_cgroups_bytes.value_or(0);
  const std::uint64_t bytes = std::max(gone.bytes, dead);
  const auto& whole = view.info.size_bytes ? view.info.size_bytes : view.info.used_bytes;
  if (leftovers.growth_bytes < kLeast || static_cast<double>(bytes) < kPart * number(whole)) return std::nullopt;
  const std::string what = dead >= gone.bytes ? std::string("of cgroups that are gone")
                                              : fmt::format("in {} files whose makers have ended",
                                                            count_in_words(static_cast<double>(gone.files)));
  return LeftoverFinding{fmt::format("holds {} {}, {} more within the hour", bytes_text(bytes), what,
                                     bytes_text(leftovers.growth_bytes)),
                         "remove what nobody uses any more",
                         {{"leftover_bytes", static_cast<double>(bytes)},
                          {"leftover_growth_bytes", static_cast<double>(leftovers.growth_bytes)}}};
}

std::optional<LeftoverFinding> find_unlinked(const SuperblockView& view) {
  if (view.info.survey == nullptr || !view.info.survey->unlinked_bytes) return std::nullopt;
  const std::uint64_t bytes = *view.info.survey->unlinked_bytes;
  if (bytes < kLeast || static_cast<double>(bytes) < kPart * number(view.info.used_bytes)) return std::nullopt;
  return LeftoverFinding{fmt::format("holds {} in {} files that were removed and are still open", bytes_text(bytes),
                                     count_in_words(number(view.info.survey->unlinked_files))),
                         "restart what holds them",
                         {{"unlinked_bytes", static_cast<double>(bytes)}}};
}

}  // namespace

std::vector<LeftoverFinding> find_leftovers(const SuperblockView& view) {
  std::vector<LeftoverFinding> found;
  for (auto one : {find_left_behind(view), find_unlinked(view)})
    if (one) found.push_back(std::move(*one));
  return found;
}

std::optional<BytesBySuperblock> held_by_dead_cgroups(const Snapshot& snapshot) {
  if (snapshot.mode.name != "exact") return std::nullopt;
  std::unordered_set<CgroupId> dead;
  for (const CgroupView& view : snapshot.cgroups)
    if (view.info.dead && view.info.id != 0) dead.insert(view.info.id);
  BytesBySuperblock held;
  if (dead.empty()) return held;
  for (const LedgerView& row : snapshot.ledger)
    if (row.tally.resident_bytes.value_or(0) > 0 && dead.contains(row.cgroup))
      held[row.superblock] += static_cast<std::uint64_t>(*row.tally.resident_bytes);
  return held;
}

}  // namespace tmpfstrace
