// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace tmpfstrace {

// Each sample needs the memory that the last one gave back, tens of megabytes on a large host. By default malloc
// returns such blocks to the kernel, which then has to clear and map every page again: most of a sample's CPU time.
// From this call on up to 256 MiB stay with the process, unless the environment sets MALLOC_TRIM_THRESHOLD_
// (mallopt(3)).
void keep_freed_memory();

// The opposite, for one that sleeps between two samples: what is free goes back to the kernel.
void give_back_freed_memory();

}  // namespace tmpfstrace
