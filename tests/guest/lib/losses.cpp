// SPDX-License-Identifier: Apache-2.0
#include "losses.h"

#include <array>

namespace guest {
namespace {

struct Expected {
  const char* loss;
  const char* cases;  // part of their names; empty: anywhere
};

constexpr std::array kExpected = {
    // A repair of an attribution, no loss: totals were right all along.
    Expected{"owners_settled", ""},
    // Hundreds of refusals a second, each counted; of some there is only no event.
    Expected{"ring_full", "stress"},
    // The names of functions have a limited time between two samples, and an emulated processor is slow.
    Expected{"stacks_without_names", ""},
    // A write cut short by a signal (a workload that is killed) or by a bad buffer: what was refused is compared
    // exactly.
    Expected{"unjudged_short_writes", ""},
    // What could not be reached at that moment: a mount or a process that was just ending.
    Expected{"unreachable_superblocks", ""},
    Expected{"unreadable_processes", ""},
    Expected{"unreadable_namespaces", ""},
    // More cgroups than an inode has room for, on purpose.
    Expected{"owners_full", "many_cgroups"},
    // The walk over what exists runs while files are written, moved and removed.
    Expected{"seed_races", "during_stress"},
    Expected{"seed_busy", "during_stress"},
};

bool is_expected(const std::string& loss, const std::string& test) {
  for (const Expected& expected : kExpected) {
    if (loss == expected.loss && test.find(expected.cases) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

void Losses::add(const Counts& now) {
  for (const auto& [name, count] : now) {
    // Some say how many there are now: these may fall.
    if (count > last_[name]) sum_[name] += count - last_[name];
    last_[name] = count;
  }
}

std::string Losses::unexpected(const std::string& test) {
  std::string found;
  for (const auto& [name, count] : sum_) {
    const std::int64_t more = count - judged_[name];
    if (more > 0 && !is_expected(name, test)) found += " " + name + "=" + std::to_string(more);
    judged_[name] = count;
  }
  return found;
}

std::string Losses::text() const {
  std::string all;
  for (const auto& [name, count] : sum_) {
    if (count != 0) all += " " + name + "=" + std::to_string(count);
  }
  return all.empty() ? " none" : all;
}

}  // namespace guest
