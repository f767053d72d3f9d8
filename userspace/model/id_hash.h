// SPDX-License-Identifier: Apache-2.0
// Hashes of the model's identities, for unordered containers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "model/sample.h"

namespace tmpfstrace {

struct IdHash {
  static constexpr std::uint64_t odd = 0x9E3779B97F4A7C15;  // spreads neighbouring numbers
  std::size_t operator()(CgroupId id) const { return id * odd; }
  std::size_t operator()(const SuperblockId& id) const {
    return (((std::uint64_t{id.major} << 32) | id.minor) + id.generation) * odd;
  }
  template <typename First, typename Second>
  std::size_t operator()(const std::pair<First, Second>& key) const {
    return ((*this)(key.first) ^ (*this)(key.second)) * odd;
  }
};

}  // namespace tmpfstrace
