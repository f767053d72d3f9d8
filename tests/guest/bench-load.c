// SPDX-License-Identifier: Apache-2.0
//
// bench-load LABEL ROUNDS FREE FULL EXT4|- [OPERATION]: time file operations and print one line for each operation and
// round:
//   BENCH <label> <operation> <round> <instructions of one operation>
// FREE is a tmpfs with room for 16 MiB, FULL a tmpfs of at most a few MiB that this program fills, EXT4 a directory on
// ext4. Meant for a guest that counts instructions instead of time: there one nanosecond is one instruction.
// "calibrate" is a loop of exactly two million instructions: it tells whether that holds.
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

enum { kFileBytes = 1500, kPage = 4096, kMebibyte = 1 << 20, kLargestFull = 16 << 20 };

static char buffer[kMebibyte];
static const char* free_dir;
static const char* full_dir;
static const char* ext4_dir;
static int target;       // an open file of FREE, one page long
static int full_target;  // an empty file of FULL, for which there is no page left

static void die(const char* what, const char* on) {
  fprintf(stderr, "bench-load: %s %s: %s\n", what, on, strerror(errno));
  exit(1);
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void put_name(char* path, size_t size, const char* dir, const char* name) {
  if (snprintf(path, size, "%s/%s", dir, name) >= (int)size) {
    errno = ENAMETOOLONG;
    die("name in", dir);
  }
}

static int make_file(const char* dir, const char* name) {
  char path[512];
  put_name(path, sizeof path, dir, name);
  const int fd = open(path, O_CREAT | O_RDWR | O_TRUNC, 0600);
  if (fd < 0) die("create", path);
  return fd;
}

static void write_file_and_remove(const char* dir, size_t bytes, unsigned times) {
  char path[512];
  put_name(path, sizeof path, dir, "session_bench");
  for (unsigned i = 0; i < times; i++) {
    const int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0600);
    if (fd < 0) die("create", path);
    if (write(fd, buffer, bytes) != (ssize_t)bytes) die("write", path);
    close(fd);
    unlink(path);
  }
}

static void session_file(unsigned times) { write_file_and_remove(free_dir, kFileBytes, times); }
static void ext4_file(unsigned times) { write_file_and_remove(ext4_dir, kFileBytes, times); }
static void mebibyte(unsigned times) { write_file_and_remove(free_dir, kMebibyte, times / (kMebibyte / kPage)); }

static void overwrite(unsigned times) {
  for (unsigned i = 0; i < times; i++)
    if (pwrite(target, buffer, kFileBytes, 0) != kFileBytes) die("overwrite in", free_dir);
}

static void refused_write(unsigned times) {
  for (unsigned i = 0; i < times; i++) {
    if (pwrite(full_target, buffer, kFileBytes, 0) >= 0) {
      errno = 0;
      die("a write was expected to fail in", full_dir);
    }
    if (errno != ENOSPC) die("write in", full_dir);
  }
}

static void fault(unsigned times) {
  const int fd = make_file(free_dir, "mapped");
  const size_t bytes = (size_t)times * kPage;
  if (ftruncate(fd, (off_t)bytes) != 0) die("ftruncate in", free_dir);
  char* map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (map == MAP_FAILED) die("mmap in", free_dir);
  for (size_t at = 0; at < bytes; at += kPage) ((volatile char*)map)[at] = 1;
  munmap(map, bytes);
  close(fd);
}

static void read_page(unsigned times) {
  for (unsigned i = 0; i < times; i++)
    if (pread(target, buffer, kPage, 0) != kPage) die("read in", free_dir);
}

static void stat_file(unsigned times) {
  char path[512];
  struct stat about;
  put_name(path, sizeof path, free_dir, "target");
  for (unsigned i = 0; i < times; i++)
    if (stat(path, &about) != 0) die("stat", path);
}

static void calibrate(unsigned times) {
  for (unsigned i = 0; i < times; i++) {
    uint64_t left = 1000000;
    __asm__ volatile("1: dec %0\n jnz 1b" : "+r"(left));
  }
}

struct Operation {
  const char* name;
  void (*run)(unsigned times);
  unsigned times;  // enough that a timer tick of the guest does not show
};

static const struct Operation operations[] = {
    {"calibrate", calibrate, 10},
    {"session_file", session_file, 2000},
    {"page_of_mebibyte", mebibyte, 8192},
    {"overwrite", overwrite, 8000},
    {"refused_write", refused_write, 4000},
    {"fault", fault, 2048},
    {"read", read_page, 8000},
    {"stat", stat_file, 8000},
    {"ext4_file", ext4_file, 1000},
};

static void prepare(void) {
  memset(buffer, 'x', sizeof buffer);
  target = make_file(free_dir, "target");
  if (write(target, buffer, kPage) != kPage) die("write in", free_dir);
  // What fills a file system must not be let loose on one that holds the machine's memory.
  struct statvfs limits;
  if (statvfs(full_dir, &limits) != 0) die("statvfs", full_dir);
  if (limits.f_blocks == 0 || limits.f_blocks * limits.f_frsize > kLargestFull) {
    fprintf(stderr, "bench-load: %s will not be filled: it has no limit, or one above %d MiB; mount a tmpfs of 1 MiB\n",
            full_dir, kLargestFull / kMebibyte);
    exit(1);
  }
  full_target = make_file(full_dir, "empty");
  const int filler = make_file(full_dir, "filler");  // emptied if it is there from a run before
  while (write(filler, buffer, kPage) > 0) continue;
  if (errno != ENOSPC) die("fill", full_dir);
  close(filler);
}

int main(int argc, char** argv) {
  if (argc != 6 && argc != 7) {
    fputs("usage: bench-load LABEL ROUNDS FREE FULL EXT4|- [OPERATION]\n", stderr);
    return 2;
  }
  free_dir = argv[3];
  full_dir = argv[4];
  ext4_dir = strcmp(argv[5], "-") == 0 ? NULL : argv[5];
  const char* only = argc == 7 ? argv[6] : NULL;
  prepare();
  // Round 0 warms caches, slabs and the emulator, and is not printed.
  for (int round = 0; round <= atoi(argv[2]); round++) {
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
      const struct Operation* it = &operations[i];
      if (it->run == ext4_file && ext4_dir == NULL) continue;
      if (only != NULL && strcmp(only, it->name) != 0) continue;
      const uint64_t begin = now();
      it->run(it->times);
      const uint64_t spent = now() - begin;
      if (round > 0) printf("BENCH %s %s %d %.1f\n", argv[1], it->name, round, (double)spent / it->times);
    }
  }
  return 0;
}
