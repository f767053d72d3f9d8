// SPDX-License-Identifier: Apache-2.0
// The operations that bench-load measures.
#pragma once

struct Operation {
  const char* name;  // "ext4_…": needs a directory on ext4. NULL ends the list
  void (*run)(unsigned times);
  unsigned times;  // enough that a timer tick of the guest does not show
};

extern const struct Operation operations[];

// Makes what the operations work on, in directories: a tmpfs with room for 16 MiB, a tmpfs of at most a few MiB, which
// is filled, and one on ext4 or NULL. The strings are kept. Ends the program when it cannot.
void prepare(const char* free_tmpfs, const char* full_tmpfs, const char* ext4);
