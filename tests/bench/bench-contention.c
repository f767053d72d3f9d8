// SPDX-License-Identifier: Apache-2.0
//
// bench-contention LABEL WINDOWS SECONDS WORKER WORKER: two processes repeat file operations, the first bound to CPU 0,
// the second to CPU 1: one alone, both at once, the other alone. One line for each time that this was tried:
//   CONTENTION <label> <operation> blind|disturbed <ns>
//   CONTENTION <label> <operation> quiet <ns> <first alone> <second alone> <first of both> <second of both>
//     <program, first alone> <program, second alone> <program, both>
// in operations a second, and in ns of one run of a BPF program (see program_runs.h). Until there are WINDOWS quiet
// ones of each operation, or SECONDS are over. WORKER is CGROUP:FREE:FULL: the directory of a cgroup v2, and what
// prepare() needs. The <ns> in front: what an add to a word in memory takes longer while the other worker adds to it.
// Near 0 the machine at that moment shows no contention at all (the two processors are hyperthreads of one core, or not
// there at once): blind. Disturbed: a worker was off its processor.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "contention_worker.h"
#include "operations.h"
#include "program_runs.h"

enum { kWindowNs = 20000000, kProbeNs = 5000000, kLeastBounceNs = 4 };
static const double kMostAway = 0.1;

// "calibrate" touches no memory: what it loses by the second worker, the machine takes. "overwrite" is there twice: of
// the shortest operation a program is the largest part.
static const struct {
  const char* name;
  unsigned times;  // of a batch: well below a millisecond under emulation, where the operation allows it
} batches[] = {
    {"overwrite", 128}, {"session_file", 4}, {"page_of_mebibyte", 256}, {"fault", 64},
    {"overwrite", 128}, {"mmap_write", 64},  {"refused_write", 64},     {"calibrate", 1},
};
enum { kBatches = sizeof batches / sizeof *batches };

static unsigned long* shared_word;

static void add_to_shared(unsigned times) {
  for (unsigned i = 0; i < times; i++) {
    __atomic_fetch_add(shared_word, 1, __ATOMIC_SEQ_CST);
    unsigned long left = 4;  // enough for the other to take the line, too little to hide that the next add waits for it
    __asm__ volatile("1: dec %0\n jnz 1b" : "+r"(left));
  }
}

static struct window window_of(const char* name, unsigned times) {
  for (const struct Operation* it = operations; it->name != NULL; it++)
    if (strcmp(it->name, name) == 0) return (struct window){.run = it->run, .times = times};
  errno = ENOENT;
  die("no operation", name);
  return (struct window){0};
}

static int quiet(const struct rates rates[2]) { return rates[0].away < kMostAway && rates[1].away < kMostAway; }

static double probe_bounce(const struct worker workers[2]) {
  const struct window add = {.run = add_to_shared, .times = 256};
  struct rates alone[2], both[2];
  run_window(add, kProbeNs, &workers[0], NULL, alone);
  run_window(add, kProbeNs, &workers[0], &workers[1], both);
  if (!quiet(both)) return 0;
  return kNsPerSecond / both[0].typical - kNsPerSecond / alone[0].typical;
}

static struct program_runs programs_now(void) {
  struct program_runs runs;
  if (read_program_runs(&runs) != 0) die("read the statistics of", "BPF programs");
  return runs;
}

// Returns the ns of one run of a BPF program, 0 when none ran.
static double run_with_programs(const struct window* window, const struct worker* first, const struct worker* second,
                                struct rates results[2]) {
  const struct program_runs before = programs_now();
  run_window(*window, kWindowNs, first, second, results);
  const struct program_runs after = programs_now();
  return after.runs == before.runs ? 0 : (double)(after.ns - before.ns) / (double)(after.runs - before.runs);
}

// Returns 1 when it was quiet.
static int compare(const char* label, unsigned at, const struct worker workers[2]) {
  const char* name = batches[at].name;
  const double bounce = probe_bounce(workers);
  if (bounce < kLeastBounceNs) {
    printf("CONTENTION %s %s blind %.0f\n", label, name, bounce);
    return 0;
  }
  const struct window window = window_of(name, batches[at].times);
  struct rates alone[2], both[2];
  const double program_first = run_with_programs(&window, &workers[0], NULL, alone);
  const double program_both = run_with_programs(&window, &workers[0], &workers[1], both);
  const double program_second = run_with_programs(&window, NULL, &workers[1], alone);
  if (!quiet(alone) || !quiet(both)) {
    printf("CONTENTION %s %s disturbed %.0f\n", label, name, bounce);
    return 0;
  }
  printf("CONTENTION %s %s quiet %.0f %.1f %.1f %.1f %.1f %.1f %.1f %.1f\n", label, name, bounce, alone[0].typical,
         alone[1].typical, both[0].typical, both[1].typical, program_first, program_second, program_both);
  return 1;
}

int main(int argc, char** argv) {
  if (argc != 6) {
    fputs("usage: bench-contention LABEL WINDOWS SECONDS CGROUP:FREE:FULL CGROUP:FREE:FULL\n", stderr);
    return 2;
  }
  shared_word = mmap(NULL, sizeof *shared_word, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared_word == MAP_FAILED) die("mmap", "a word");
  be_in_front();
  // The second begins when the first is ready: both may fill the same file system.
  struct worker workers[2];
  struct rates unused[2];
  workers[0] = start_worker(0, argv[4]);
  run_window(window_of("calibrate", 1), kProbeNs, &workers[0], NULL, unused);
  workers[1] = start_worker(1, argv[5]);
  run_window(window_of("calibrate", 1), kProbeNs, NULL, &workers[1], unused);

  const int windows = atoi(argv[2]);
  const uint64_t end = now_ns() + (uint64_t)atoi(argv[3]) * kNsPerSecond;
  int found[kBatches] = {0}, missing = kBatches * windows;
  for (unsigned at = 0; missing > 0 && now_ns() < end; at = (at + 1) % kBatches)
    if (found[at] < windows && compare(argv[1], at, workers)) {
      found[at]++;
      missing--;
    }
  return 0;
}
