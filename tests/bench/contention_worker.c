// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE  // CPU_SET
#include "contention_worker.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "operations.h"

enum { kMostBatches = 4096, kWarmNs = 4000000, kAwayNs = 1000000 };

void die(const char* what, const char* on) {
  fprintf(stderr, "bench-contention: %s %s: %s\n", what, on, strerror(errno));
  exit(1);
}

uint64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * kNsPerSecond + (uint64_t)time.tv_nsec;
}

static int compare_times(const void* a, const void* b) {
  const uint64_t left = *(const uint64_t*)a, right = *(const uint64_t*)b;
  return (left > right) - (left < right);
}

void be_in_front(void) {
  const struct sched_param lowest = {.sched_priority = 1};
  if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &lowest) != 0) die("schedule in front of", "the workers");
}

// What is done before the window begins warms the caches, and the emulator translates it: not counted.
static struct rates measure(const struct window* window) {
  static uint64_t spent[kMostBatches];
  unsigned batches = 0;
  uint64_t first = now_ns(), last = first;
  while (last < window->end && batches < kMostBatches) {
    const uint64_t begin = last;
    window->run(window->times);
    last = now_ns();
    if (begin < window->begin)
      first = last;
    else
      spent[batches++] = last - begin;
  }
  if (batches == 0) return (struct rates){.typical = 0, .away = 1};
  qsort(spent, batches, sizeof *spent, compare_times);
  const uint64_t median = spent[batches / 2];
  uint64_t away = 0;
  for (unsigned i = batches; i-- > 0 && spent[i] > median + kAwayNs;) away += spent[i] - median;
  return (struct rates){(double)window->times * kNsPerSecond / (double)median, (double)away / (double)(last - first)};
}

static void work(int cpu, char* place, int orders, int results) {
  const char* cgroup = strtok(place, ":");
  const char* free_dir = strtok(NULL, ":");
  const char* full_dir = strtok(NULL, ":");
  if (full_dir == NULL) {
    errno = EINVAL;
    die("a worker is CGROUP:FREE:FULL, not", place);
  }
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  CPU_SET(cpu, &cpus);
  if (sched_setaffinity(0, sizeof cpus, &cpus) != 0) die("bind to a CPU, for", place);
  if (chdir(cgroup) != 0) die("enter", cgroup);
  const int procs = open("cgroup.procs", O_WRONLY);
  if (procs < 0 || write(procs, "0", 1) != 1) die("join", cgroup);
  close(procs);
  prepare(free_dir, full_dir, NULL);
  struct window window;
  while (read(orders, &window, sizeof window) == sizeof window) {
    const struct rates rates = measure(&window);
    if (write(results, &rates, sizeof rates) != sizeof rates) die("write", "a result");
  }
  exit(0);
}

struct worker start_worker(int cpu, char* place) {
  int orders[2], results[2];
  if (pipe(orders) != 0 || pipe(results) != 0) die("pipe for", place);
  const pid_t process = fork();
  if (process < 0) die("fork for", place);
  if (process == 0) {
    close(orders[1]);
    close(results[0]);
    work(cpu, place, orders[0], results[1]);
  }
  close(orders[0]);
  close(results[1]);
  return (struct worker){orders[1], results[0]};
}

static void order(const struct worker* worker, const struct window* window) {
  if (write(worker->orders, window, sizeof *window) != sizeof *window) die("write", "an order");
}

static struct rates result_of(const struct worker* worker) {
  struct rates rates;
  if (read(worker->results, &rates, sizeof rates) != sizeof rates) {
    errno = EPIPE;
    die("a worker", "ended");
  }
  return rates;
}

void run_window(struct window window, uint64_t length, const struct worker* first, const struct worker* second,
                struct rates results[2]) {
  window.begin = now_ns() + kWarmNs;
  window.end = window.begin + length;
  if (first != NULL) order(first, &window);
  if (second != NULL) order(second, &window);
  if (first != NULL) results[0] = result_of(first);
  if (second != NULL) results[1] = result_of(second);
}
