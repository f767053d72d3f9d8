// SPDX-License-Identifier: Apache-2.0
#include "model/counters.h"

#include <algorithm>

namespace tmpfstrace {
namespace {

void add(std::uint64_t& sum, std::uint64_t addend) { sum += addend; }
void add(RefusalCounts& sum, const RefusalCounts& addend) { sum.add(addend); }

// An array may hold optionals and an optional an array: each has to know of the other.
template <typename Value>
void add(std::optional<Value>& sum, const std::optional<Value>& addend);

template <typename Value, std::size_t Size>
void add(std::array<Value, Size>& sum, const std::array<Value, Size>& addend) {
  for (std::size_t i = 0; i < Size; ++i) add(sum[i], addend[i]);
}

template <typename Value>
void add(std::optional<Value>& sum, const std::optional<Value>& addend) {
  if (!addend) return;
  if (!sum) {
    sum = addend;
  } else {
    add(*sum, *addend);
  }
}

bool smaller(std::uint64_t now, std::uint64_t before) { return now < before; }
bool smaller(const RefusalCounts& now, const RefusalCounts& before) {
  return std::any_of(before.list().begin(), before.list().end(), [&](const RefusalCount& refusal) {
    return now.get(refusal.operation, refusal.cause) < refusal.count;
  });
}

template <typename Value>
bool smaller(const std::optional<Value>& now, const std::optional<Value>& before);

template <typename Value, std::size_t Size>
bool smaller(const std::array<Value, Size>& now, const std::array<Value, Size>& before) {
  for (std::size_t i = 0; i < Size; ++i) {
    if (smaller(now[i], before[i])) return true;
  }
  return false;
}

template <typename Value>
bool smaller(const std::optional<Value>& now, const std::optional<Value>& before) {
  return now && before && smaller(*now, *before);
}

}  // namespace

std::optional<std::uint64_t> sum_of(const std::optional<KindCounts>& kinds) {
  if (!kinds) return std::nullopt;
  std::uint64_t sum = 0;
  bool any = false;
  for (const std::optional<std::uint64_t>& count : *kinds) {
    sum += count.value_or(0);
    any = any || count.has_value();
  }
  return any ? std::optional(sum) : std::nullopt;
}

std::optional<std::uint64_t> whole_sum_of(const std::optional<KindCounts>& kinds) {
  const auto is_known = [](const std::optional<std::uint64_t>& count) { return count.has_value(); };
  if (!kinds || !std::all_of(kinds->begin(), kinds->end(), is_known)) return std::nullopt;
  return sum_of(kinds);
}

void add_counters(Counters& sum, const Counters& addend) {
  add(sum.allocated_bytes, addend.allocated_bytes);
  add(sum.freed_bytes, addend.freed_bytes);
  add(sum.seeded_bytes, addend.seeded_bytes);
  add(sum.seeded_inodes, addend.seeded_inodes);
  add(sum.written_bytes, addend.written_bytes);
  add(sum.write_calls, addend.write_calls);
  add(sum.short_writes, addend.short_writes);
  add(sum.created, addend.created);
  add(sum.removed, addend.removed);
  add(sum.xattr_bytes, addend.xattr_bytes);
  add(sum.refusals, addend.refusals);
  add(sum.events_held, addend.events_held);
}

bool went_backwards(const Counters& now, const Counters& before) {
  return smaller(now.allocated_bytes, before.allocated_bytes) || smaller(now.freed_bytes, before.freed_bytes) ||
         smaller(now.seeded_bytes, before.seeded_bytes) || smaller(now.seeded_inodes, before.seeded_inodes) ||
         smaller(now.written_bytes, before.written_bytes) || smaller(now.write_calls, before.write_calls) ||
         smaller(now.short_writes, before.short_writes) || smaller(now.created, before.created) ||
         smaller(now.removed, before.removed) || smaller(now.refusals, before.refusals) ||
         smaller(now.events_held, before.events_held);
}

}  // namespace tmpfstrace
