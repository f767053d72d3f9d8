// SPDX-License-Identifier: Apache-2.0
// Sums of what is known: absent only when no part is.
#pragma once

#include <concepts>
#include <optional>
#include <type_traits>

namespace tmpfstrace {

// Of integers modulo their size: real counts do not come near it, and a forged recording must not be able to stop the
// tool.
template <typename Number>
void add_known(std::optional<Number>& sum, const std::optional<Number>& part) {
  if (!part) return;
  if constexpr (std::integral<Number>) {
    using Unsigned = std::make_unsigned_t<Number>;
    sum = static_cast<Number>(static_cast<Unsigned>(sum.value_or(0)) + static_cast<Unsigned>(*part));
  } else {
    sum = sum.value_or(0) + *part;
  }
}

}  // namespace tmpfstrace
