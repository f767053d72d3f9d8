// SPDX-License-Identifier: Apache-2.0
#include "sources/turns.h"

#include <algorithm>

#include "model/counters.h"

namespace tmpfstrace {

std::vector<bool> pick_turns(const std::vector<Turn>& turns, std::size_t most) {
  std::vector<bool> picked(turns.size());
  std::vector<std::size_t> waiting;
  for (std::size_t i = 0; i < turns.size(); ++i) {
    picked[i] = turns[i].is_new;
    if (!turns[i].is_new) waiting.push_back(i);
  }
  std::stable_sort(waiting.begin(), waiting.end(),
                   [&](std::size_t left, std::size_t right) { return turns[left].asked_ns < turns[right].asked_ns; });
  std::size_t left = most;
  const auto take = [&](std::size_t i) {
    picked[i] = true;
    --left;
  };
  for (const std::size_t i : waiting)
    if (turns[i].moved && left > most / 4) take(i);
  for (const std::size_t i : waiting)
    if (!picked[i] && left > 0) take(i);
  return picked;
}

std::uint64_t activity_of(const Counters& counters) {
  std::uint64_t sum = sum_of(counters.created).value_or(0) + sum_of(counters.removed).value_or(0);
  if (counters.refusals) sum += counters.refusals->sum();
  for (const auto* count :
       {&counters.allocated_bytes, &counters.freed_bytes, &counters.seeded_bytes, &counters.seeded_inodes,
        &counters.written_bytes, &counters.write_calls, &counters.short_writes, &counters.xattr_bytes})
    sum += count->value_or(0);
  return sum;
}

}  // namespace tmpfstrace
