// SPDX-License-Identifier: Apache-2.0
// A process that is bound to a CPU and repeats an operation when it is told to.
#pragma once

#include <stdint.h>

enum { kNsPerSecond = 1000000000 };

// What to do, and when: times are CLOCK_MONOTONIC in ns.
struct window {
  void (*run)(unsigned times);
  unsigned times;  // in a batch; between two batches the worker looks at the clock
  uint64_t begin, end;
};

struct rates {
  double typical;  // operations a second, of the batch that took the median time: being off the processor for a moment
                   // does not show in it
  double away;     // share of the window that was spent in batches of over a millisecond more than that
};

struct worker {
  int orders, results;  // pipes
};

uint64_t now_ns(void);

// Says why, by errno, and ends the program.
void die(const char* what, const char* on);

// The caller goes on when it has something to do: the worker that it woke first would keep it from waking the second.
void be_in_front(void);

// place: CGROUP:FREE:FULL, is taken apart. The worker ends with its parent. Ends the program when it cannot.
struct worker start_worker(int cpu, char* place);

// One or both of them (the other is NULL) for `length` ns, from a moment on at which both are warm. Fills in the
// results of those that worked.
void run_window(struct window window, uint64_t length, const struct worker* first, const struct worker* second,
                struct rates results[2]);
