// SPDX-License-Identifier: Apache-2.0
// The stress at rest: what the workload saw, and what the tool and the kernel say, to be compared between two moments.
#pragma once

#include <array>
#include <string>

#include "fixture.h"
#include "stress.h"

namespace guest {

struct StressMoment {
  std::array<PlaceTallies, kStressCgroups> tally;
  std::array<Counters, kStressMounts> mount;
  std::array<std::array<Counters, kStressPlaces>, kStressCgroups> row;  // of the ledger
  Counters internal;                                                    // the internal mount, everybody's
};

// Also compares the mounts with statfs.
StressMoment take_moment(Fixture& f, const Stress& stress);

// What happened between two moments, by mount and by (cgroup, mount). Of a file that is older than the tool's start an
// extra link may be counted as found and not as made.
enum class Links { compared, ignored };
void compare_moments(Fixture& f, const std::string& when, const StressMoment& before, const StressMoment& now,
                     Links links);

// Each operation was refused often enough for its count to prove something; says how often.
void check_refusals(Fixture& f, const Stress& stress, const StressMoment& now);

}  // namespace guest
