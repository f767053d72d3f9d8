// SPDX-License-Identifier: Apache-2.0
// What the BPF programs of this host have run so far.
#pragma once

#include <stdint.h>

struct program_runs {
  uint64_t runs, ns;  // of all programs that are loaded, while kernel.bpf_stats_enabled was 1
};

// 0, or -1 with errno.
int read_program_runs(struct program_runs* runs);
