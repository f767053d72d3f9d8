// SPDX-License-Identifier: Apache-2.0
//
// storm-load DIR SECONDS PROCESSES: writes to a full tmpfs, refused each time, as fast as it goes. DIR must be the root
// of a small tmpfs: it is filled first. Prints the number of refused writes and how long they took, in nanoseconds.
// storm-load DIR SECONDS PROCESSES create: the same with files that are not made, as no inode is left.
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { kBlock = 4096, kMostProcesses = 64, kBatch = 256 };

static char block[kBlock];

static void die(const char* what) {
  fprintf(stderr, "storm-load: %s: %s\n", what, strerror(errno));
  exit(1);
}

static uint64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static int open_file(const char* name) {
  const int fd = open(name, O_CREAT | O_WRONLY, 0600);
  if (fd < 0) die(name);
  return fd;
}

// Blocks of a page: the last one that fits is not cut short, which would be a refusal as well.
static void fill_blocks(void) {
  const int fd = open_file("fill");
  while (write(fd, block, kBlock) == kBlock) {
  }
  if (errno != ENOSPC) die("fill");
  close(fd);
}

static void fill_inodes(void) {
  char name[32];
  int fd = -1;
  for (unsigned long i = 0;; ++i) {
    snprintf(name, sizeof name, "fill%lu", i);
    fd = open(name, O_CREAT | O_WRONLY, 0600);
    if (fd < 0) break;
    close(fd);
  }
  if (errno != ENOSPC) die("fill");
}

static uint64_t storm(int number, uint64_t end_ns, int create) {
  char name[32];
  snprintf(name, sizeof name, "storm%d", number);
  const int fd = create ? -1 : open_file(name);
  uint64_t refused = 0;
  while (now_ns() < end_ns) {
    for (int i = 0; i < kBatch; ++i) {
      const long result = create ? open(name, O_CREAT | O_WRONLY, 0600) : write(fd, block, kBlock);
      if (result != -1 || errno != ENOSPC) die("a call was not refused");
      ++refused;
    }
  }
  return refused;
}

int main(int argc, char** argv) {
  if (argc < 4 || chdir(argv[1]) != 0) die("use: storm-load DIR SECONDS PROCESSES [create]");
  const int create = argc > 4;
  const int processes = atoi(argv[3]);
  if (processes < 1 || processes > kMostProcesses) die("PROCESSES");
  uint64_t* refused =
      mmap(NULL, kMostProcesses * sizeof *refused, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (refused == MAP_FAILED) die("mmap");
  create ? fill_inodes() : fill_blocks();
  uint64_t sum = 1;  // the one that ended the filling
  const uint64_t start = now_ns();
  const uint64_t end = start + (uint64_t)(atof(argv[2]) * 1e9);
  for (int i = 0; i < processes; ++i) {
    const pid_t child = fork();
    if (child < 0) die("fork");
    if (child == 0) {
      refused[i] = storm(i, end, create);
      _exit(0);
    }
  }
  for (int i = 0; i < processes; ++i) {
    int status = 0;
    if (wait(&status) < 0 || status != 0) die("a process failed");
  }
  const uint64_t took = now_ns() - start;
  for (int i = 0; i < processes; ++i) sum += refused[i];
  printf("%llu %llu\n", (unsigned long long)sum, (unsigned long long)took);
  return 0;
}
