// SPDX-License-Identifier: Apache-2.0
#include "operations.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { kFileBytes = 1500, kPage = 4096, kMebibyte = 1 << 20, kLargestFull = 16 << 20 };

static char buffer[kMebibyte];
static const char* free_dir;
static const char* full_dir;
static const char* ext4_dir;
static int target;       // an open file of FREE, one page long
static int full_target;  // an empty file of FULL, for which there is no page left
static int ext4_target, zero, null;

static void die(const char* what, const char* on) {
  fprintf(stderr, "bench-load: %s %s: %s\n", what, on, strerror(errno));
  exit(1);
}

// Good until the next call.
static const char* path_of(const char* dir, const char* name) {
  static char path[512];
  if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path) die("too long:", dir);
  return path;
}

static int make_file(const char* dir, const char* name) {
  const char* path = path_of(dir, name);
  const int fd = open(path, O_CREAT | O_RDWR | O_TRUNC, 0600);
  if (fd < 0) die("create", path);
  return fd;
}

static void write_file_and_remove(const char* dir, size_t bytes, unsigned times) {
  const char* path = path_of(dir, "session_bench");
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

static void overwrite_in(int fd, unsigned times) {
  for (unsigned i = 0; i < times; i++)
    if (pwrite(fd, buffer, kFileBytes, 0) != kFileBytes) die("overwrite", "a file");
}

static void overwrite(unsigned times) { overwrite_in(target, times); }
static void ext4_overwrite(unsigned times) { overwrite_in(ext4_target, times); }

static void refused_write(unsigned times) {
  for (unsigned i = 0; i < times; i++) {
    if (pwrite(full_target, buffer, kFileBytes, 0) >= 0) {
      errno = 0;
      die("a write was expected to fail in", full_dir);
    }
    if (errno != ENOSPC) die("write in", full_dir);
  }
}

static char* map_file(int fd, size_t bytes, int protection) {
  char* map = mmap(NULL, bytes, protection, MAP_SHARED, fd, 0);
  if (map == MAP_FAILED) die("mmap", "a file");
  return map;
}

// The file is made anew: the pages of one that was there before the tool started would have two owners, which is rare.
static void fault(unsigned times) {
  const int fd = make_file(free_dir, "mapped");
  unlink(path_of(free_dir, "mapped"));
  const size_t bytes = (size_t)times * kPage;
  if (ftruncate(fd, (off_t)bytes) != 0) die("ftruncate in", free_dir);
  char* map = map_file(fd, bytes, PROT_READ | PROT_WRITE);
  for (size_t at = 0; at < bytes; at += kPage) ((volatile char*)map)[at] = 1;
  munmap(map, bytes);
  close(fd);
}

// The page is in the file and leaves the mapping only: nothing is allocated. A read finds it in the page cache, a write
// asks the file system for it.
static void touch_mapped(int fd, int protection, unsigned times) {
  volatile char* map = map_file(fd, kPage, protection);
  for (unsigned i = 0; i < times; i++) {
    if (protection & PROT_WRITE)
      map[0] = 1;
    else
      (void)map[0];
    if (madvise((void*)map, kPage, MADV_DONTNEED) != 0) die("madvise", "a mapping");
  }
  munmap((void*)map, kPage);
}

static void mmap_call(unsigned times) {
  for (unsigned i = 0; i < times; i++) munmap(map_file(target, kPage, PROT_READ), kPage);
}

static void mmap_read(unsigned times) { touch_mapped(target, PROT_READ, times); }
static void mmap_write(unsigned times) { touch_mapped(target, PROT_READ | PROT_WRITE, times); }
static void ext4_mmap(unsigned times) { touch_mapped(ext4_target, PROT_READ, times); }

static void read_from(int fd, size_t bytes, unsigned times) {
  for (unsigned i = 0; i < times; i++)
    if (pread(fd, buffer, bytes, 0) != (ssize_t)bytes) die("read", "a file");
}

static void read_page(unsigned times) { read_from(target, kPage, times); }
static void ext4_read(unsigned times) { read_from(ext4_target, kPage, times); }
static void read_zero(unsigned times) { read_from(zero, 64, times); }

static void write_null(unsigned times) {
  for (unsigned i = 0; i < times; i++)
    if (write(null, buffer, 64) != 64) die("write", "/dev/null");
}

static void getppid_call(unsigned times) {
  for (unsigned i = 0; i < times; i++) syscall(SYS_getppid);
}

static void stat_in(const char* dir, unsigned times) {
  struct stat about;
  const char* path = path_of(dir, "target");
  for (unsigned i = 0; i < times; i++)
    if (stat(path, &about) != 0) die("stat", path);
}

static void stat_file(unsigned times) { stat_in(free_dir, times); }
static void ext4_stat(unsigned times) { stat_in(ext4_dir, times); }

static void calibrate(unsigned times) {
  for (unsigned i = 0; i < times; i++) {
    unsigned long left = 1000000;
    __asm__ volatile("1: dec %0\n jnz 1b" : "+r"(left));
  }
}

const struct Operation operations[] = {
    {"calibrate", calibrate, 10},
    {"session_file", session_file, 1500},
    {"page_of_mebibyte", mebibyte, 4096},
    {"overwrite", overwrite, 4000},
    {"refused_write", refused_write, 3000},
    {"fault", fault, 1024},
    {"read", read_page, 3000},
    {"stat", stat_file, 4000},
    {"mmap", mmap_call, 3000},
    {"mmap_read", mmap_read, 6000},
    {"mmap_write", mmap_write, 6000},
    {"getppid", getppid_call, 40000},
    {"read_zero", read_zero, 20000},
    {"write_null", write_null, 20000},
    {"ext4_file", ext4_file, 300},
    {"ext4_overwrite", ext4_overwrite, 3000},
    {"ext4_read", ext4_read, 3000},
    {"ext4_stat", ext4_stat, 3000},
    {"ext4_mmap", ext4_mmap, 6000},
    {NULL, NULL, 0},
};

static int make_page(const char* dir) {
  const int fd = make_file(dir, "target");
  if (write(fd, buffer, kPage) != kPage) die("write in", dir);
  return fd;
}

void prepare(const char* free_tmpfs, const char* full_tmpfs, const char* ext4) {
  free_dir = free_tmpfs;
  full_dir = full_tmpfs;
  ext4_dir = ext4;
  memset(buffer, 'x', sizeof buffer);
  target = make_page(free_dir);
  if (ext4_dir != NULL) ext4_target = make_page(ext4_dir);
  zero = open("/dev/zero", O_RDONLY);
  null = open("/dev/null", O_WRONLY);
  if (zero < 0 || null < 0) die("open", "/dev/zero or /dev/null");
  // What fills a file system must not be let loose on one that holds the machine's memory.
  struct statvfs limits;
  if (statvfs(full_dir, &limits) != 0) die("statvfs", full_dir);
  if (limits.f_blocks == 0 || limits.f_blocks * limits.f_frsize > kLargestFull) {
    errno = EFBIG;
    die("will not fill what has no limit, or one above 16 MiB:", full_dir);
  }
  full_target = make_file(full_dir, "empty");
  const int filler = make_file(full_dir, "filler");  // emptied if it is there from a run before
  while (write(filler, buffer, kPage) > 0) continue;
  if (errno != ENOSPC) die("fill", full_dir);
}
