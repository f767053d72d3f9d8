// SPDX-License-Identifier: Apache-2.0
#include "model/losses.h"

#include <algorithm>
#include <array>

namespace tmpfstrace {
namespace {

constexpr std::array<std::string_view, 2> harmless = {"owners_settled", "stacks_without_names"};

// A seed that met a race has counted something wrongly; the others have left something to its first event.
constexpr std::array<std::string_view, 5> seeds_not_reached = {
    "seed_unavailable", "seed_errors", "seed_busy", "seed_unreachable_superblocks", "seed_hidden_directories"};

}  // namespace

LossKind loss_kind(std::string_view name) {
  const auto is = [name](std::string_view other) { return name == other; };
  if (std::ranges::any_of(harmless, is)) return LossKind::Harmless;
  const bool not_reached = name.starts_with("unreadable_") || name.starts_with("unreachable_") ||
                           name.starts_with("alerts_") || std::ranges::any_of(seeds_not_reached, is);
  return not_reached ? LossKind::NotReached : LossKind::Count;
}

}  // namespace tmpfstrace
