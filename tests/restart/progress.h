// SPDX-License-Identifier: Apache-2.0
// What must hold between all samples that were ever printed, whichever run of the tool printed them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "lib/sample.h"

namespace guest {

class Progress {
 public:
  // In the order of time. What went back is kept in the problems.
  void add(const Sample& sample);

  std::uint64_t samples() const { return samples_; }
  // Rows of a cgroup or superblock that were there once and are not in the last sample: their counts are elsewhere.
  std::size_t rows_gone() const { return rows_.size() - present_; }
  const std::string& problems() const { return problems_; }

 private:
  using Row = std::tuple<std::uint64_t, std::string, std::uint64_t>;  // cgroup, device, generation
  using Counts = std::vector<std::int64_t>;

  void compare(const std::string& what, const Counts& before, const Counts& now);

  std::map<Row, Counts> rows_;
  Counts total_;
  std::uint64_t samples_ = 0;
  std::size_t present_ = 0;
  std::string problems_;
};

// Of all rows of the ledger.
Counters sum_of(const Sample& sample);

}  // namespace guest
