// SPDX-License-Identifier: Apache-2.0
#include "heap.h"

#include <malloc.h>

#include <cstdlib>

namespace tmpfstrace {

void keep_freed_memory() {
  if (std::getenv("MALLOC_TRIM_THRESHOLD_") != nullptr) return;
  constexpr int most_kept = 256 << 20;
  // Only the heap can keep a block: none gets a mapping of its own. A refusal of either costs time, nothing else.
  (void)mallopt(M_MMAP_MAX, 0);
  (void)mallopt(M_TRIM_THRESHOLD, most_kept);
}

void give_back_freed_memory() { malloc_trim(0); }

}  // namespace tmpfstrace
