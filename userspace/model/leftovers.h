// SPDX-License-Identifier: Apache-2.0
// What tmpfs hold for who has gone, and whether it grows.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/id_hash.h"
#include "model/snapshot.h"

namespace tmpfstrace {

// Resident bytes of the ledger's rows of dead cgroups. A superblock that is not in it has none; absent: the mode does
// not know what is resident.
using BytesBySuperblock = std::unordered_map<SuperblockId, std::uint64_t, IdHash>;
std::optional<BytesBySuperblock> held_by_dead_cgroups(const Snapshot& snapshot);

struct LeftoverFinding {
  std::string finding;
  std::string remedy;
  std::vector<std::pair<std::string, double>> evidence;
};

// What is worth a word: files without a name from a quarter of what is in use on; what is held for the gone from a
// quarter of the whole on, if it grows.
std::vector<LeftoverFinding> find_leftovers(const SuperblockView& view);

// By how much a figure is above its least of the last 30 to 60 minutes. Times: CLOCK_MONOTONIC.
class GrowthOfTheHour {
 public:
  std::uint64_t add(std::uint64_t figure, std::uint64_t monotonic_ns) {
    if (!begun_ns_ || monotonic_ns >= *begun_ns_ + kWindow) {
      const bool follows = begun_ns_ && monotonic_ns < *begun_ns_ + 2 * kWindow;
      before_ = follows ? least_ : figure;
      least_ = figure;
      begun_ns_ = monotonic_ns;
    }
    least_ = std::min(least_, figure);
    return figure - std::min({figure, least_, before_});
  }

 private:
  static constexpr std::uint64_t kWindow = 1'800'000'000'000;

  std::optional<std::uint64_t> begun_ns_;  // of the window
  std::uint64_t least_ = 0;
  std::uint64_t before_ = 0;  // the least of the window before
};

}  // namespace tmpfstrace
