// SPDX-License-Identifier: Apache-2.0
// Refusals by operation and cause. Only what is not 0 is held: of thousands of ledger rows next to none was ever
// refused anything, and a table of all pairs would be most of what a sample copies.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "tmpfs_abi.h"

namespace tmpfstrace {

struct RefusalCount {
  tmpfs_op operation = TMPFS_OP_WRITE;
  tmpfs_cause cause = TMPFS_CAUSE_BLOCKS;
  std::uint64_t count = 0;
  bool operator==(const RefusalCount&) const = default;
};

// What refused most; of two that refused as often the first. Absent: nothing was refused.
std::optional<tmpfs_cause> main_cause(const std::vector<RefusalCount>& refusals);

class RefusalCounts {
 public:
  // What is not 0, in the order of the enums.
  const std::vector<RefusalCount>& list() const { return list_; }

  std::uint64_t get(tmpfs_op operation, tmpfs_cause cause) const {
    const auto at = std::lower_bound(list_.begin(), list_.end(), std::pair{operation, cause}, is_before);
    return is_at(at, operation, cause) ? at->count : 0;
  }

  // Modulo 2^64, as all sums (counters.h).
  void add(tmpfs_op operation, tmpfs_cause cause, std::uint64_t count) {
    if (count == 0) return;
    const auto at = std::lower_bound(list_.begin(), list_.end(), std::pair{operation, cause}, is_before);
    if (!is_at(at, operation, cause)) {
      list_.insert(at, {operation, cause, count});
    } else if (at->count += count; at->count == 0) {
      list_.erase(at);
    }
  }

  void add(const RefusalCounts& addend) {
    for (const auto& [operation, cause, count] : addend.list_) add(operation, cause, count);
  }

  std::uint64_t sum() const {
    std::uint64_t sum = 0;
    for (const RefusalCount& refusal : list_) sum += refusal.count;
    return sum;
  }

  bool operator==(const RefusalCounts&) const = default;

 private:
  static bool is_before(const RefusalCount& refusal, const std::pair<tmpfs_op, tmpfs_cause>& key) {
    return std::pair{refusal.operation, refusal.cause} < key;
  }
  template <typename At>
  bool is_at(At at, tmpfs_op operation, tmpfs_cause cause) const {
    return at != list_.end() && at->operation == operation && at->cause == cause;
  }

  std::vector<RefusalCount> list_;
};

}  // namespace tmpfstrace
