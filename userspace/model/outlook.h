// SPDX-License-Identifier: Apache-2.0
// What is to be expected of a superblock.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/binding_limit.h"
#include "model/limit_inversion.h"
#include "model/steady_state.h"

namespace tmpfstrace {

struct HeldFiles {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;  // allocated
};

// What is held by nobody who still runs. The parts may overlap: a creator ends with its cgroup.
struct Leftovers {
  std::optional<HeldFiles> gone_creators;           // see held_by_gone_creators
  std::optional<std::uint64_t> dead_cgroups_bytes;  // pages still charged to cgroups that were removed
  std::uint64_t growth_bytes = 0;  // by how much the larger of the two is above its least of the last hour
};

struct Outlook {
  std::vector<KindForecast> forecasts;  // of the limits that it has; a quiet one has not been looked at
  std::optional<BindingLimit> binding;
  std::optional<Residence> residence;  // how files come and go
  std::optional<SteadyState> steady;   // where that settles; absent: how long files stay is not known
  std::optional<LimitInversion> inversion;
  Leftovers leftovers;
  std::vector<TmpfsWriter> writers;  // the cgroups that allocate, the one that allocates most first
  // CLOCK_REALTIME, of what was seen refused.
  std::optional<std::uint64_t> first_refused_ns;
  std::optional<std::uint64_t> last_refused_ns;
  std::string refused_mount_point;  // as who was refused sees it; empty: not known
};

// What those who write there may still take before somebody is killed: the least of theirs. Absent: no limit is known.
inline std::optional<std::uint64_t> memory_room(const Outlook& outlook) {
  std::optional<std::uint64_t> least;
  for (const TmpfsWriter& writer : outlook.writers)
    if (writer.headroom) least = std::min(least.value_or(*writer.headroom), *writer.headroom);
  return least;
}

}  // namespace tmpfstrace
