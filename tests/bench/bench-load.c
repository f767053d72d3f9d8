// SPDX-License-Identifier: Apache-2.0
//
// bench-load LABEL ROUNDS FREE FULL EXT4|- [OPERATION]: time file operations and print one line for each operation and
// round:
//   BENCH <label> <operation> <round> <instructions of one operation> <operations of a round>
// FREE is a tmpfs with room for 16 MiB, FULL a tmpfs of at most a few MiB that this program fills, EXT4 a directory on
// ext4. Meant for a guest that counts instructions instead of time: there one nanosecond is one instruction.
// "calibrate" is a loop of exactly two million instructions: it tells whether that holds.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "operations.h"

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

int main(int argc, char** argv) {
  if (argc != 6 && argc != 7) {
    fputs("usage: bench-load LABEL ROUNDS FREE FULL EXT4|- [OPERATION]\n", stderr);
    return 2;
  }
  const char* ext4 = strcmp(argv[5], "-") == 0 ? NULL : argv[5];
  const char* only = argc == 7 ? argv[6] : NULL;
  prepare(argv[3], argv[4], ext4);
  // Round 0 warms caches, slabs and the emulator, and is not printed.
  for (int round = 0; round <= atoi(argv[2]); round++) {
    for (const struct Operation* it = operations; it->name != NULL; it++) {
      if (strncmp(it->name, "ext4_", 5) == 0 && ext4 == NULL) continue;
      if (only != NULL && strcmp(only, it->name) != 0) continue;
      const uint64_t begin = now();
      it->run(it->times);
      const uint64_t spent = now() - begin;
      if (round > 0) printf("BENCH %s %s %d %.1f %u\n", argv[1], it->name, round, (double)spent / it->times, it->times);
    }
  }
  return 0;
}
