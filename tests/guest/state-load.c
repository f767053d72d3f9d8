// SPDX-License-Identifier: Apache-2.0
//
// state-load superblocks|cgroups|files FROM TO DIR [SUPERBLOCKS]: makes what a large node has, number FROM up to TO,
// and leaves it there.
//   superblocks: a tmpfs of 64 KiB on DIR/s<N>, with a file of one page
//   cgroups:     /sys/fs/cgroup/c<N>, with a process born in it that writes a page to DIR/s<N modulo SUPERBLOCKS>/c<N>
//   files:       an empty file DIR/<N / 1000>/<N>
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { kPage = 4096, kFilesInDirectory = 1000 };

static char page[kPage];
static unsigned superblocks = 1;

static void die(const char* what, const char* on) {
  fprintf(stderr, "state-load: %s %s: %s\n", what, on, strerror(errno));
  exit(1);
}

static void put(const char* path, size_t bytes) {
  const int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0600);
  if (fd < 0) die("create", path);
  if (bytes > 0 && write(fd, page, bytes) != (ssize_t)bytes) die("write", path);
  close(fd);
}

static void superblock(const char* dir, unsigned number) {
  char path[256], file[300];
  snprintf(path, sizeof path, "%s/s%u", dir, number);
  if (mkdir(path, 0755) != 0) die("mkdir", path);
  if (mount("state", path, "tmpfs", 0, "size=64k,nr_inodes=64") != 0) die("mount a tmpfs on", path);
  snprintf(file, sizeof file, "%s/f", path);
  put(file, kPage);
}

static void cgroup(const char* dir, unsigned number) {
  char path[256], file[256];
  snprintf(path, sizeof path, "/sys/fs/cgroup/c%u", number);
  snprintf(file, sizeof file, "%s/s%u/c%u", dir, number % superblocks, number);
  if (mkdir(path, 0755) != 0) die("mkdir", path);
  const int fd = open(path, O_RDONLY | O_DIRECTORY);
  if (fd < 0) die("open", path);
  struct clone_args args;
  memset(&args, 0, sizeof args);
  args.flags = CLONE_INTO_CGROUP;
  args.exit_signal = SIGCHLD;
  args.cgroup = (uint64_t)fd;
  const long pid = syscall(SYS_clone3, &args, sizeof args);
  if (pid < 0) die("clone3 into", path);
  if (pid == 0) {
    put(file, kPage);
    _exit(0);
  }
  int status = 0;
  if (waitpid((pid_t)pid, &status, 0) < 0 || status != 0) die("the process of", path);
  close(fd);
}

static void empty_file(const char* dir, unsigned number) {
  char path[256];
  snprintf(path, sizeof path, "%s/%u", dir, number / kFilesInDirectory);
  if (mkdir(path, 0755) != 0 && errno != EEXIST) die("mkdir", path);
  snprintf(path, sizeof path, "%s/%u/%u", dir, number / kFilesInDirectory, number);
  put(path, 0);
}

int main(int argc, char** argv) {
  void (*make)(const char*, unsigned) = NULL;
  if (argc == 5 && strcmp(argv[1], "superblocks") == 0) make = superblock;
  if (argc == 6 && strcmp(argv[1], "cgroups") == 0 && atoi(argv[5]) > 0) {
    superblocks = (unsigned)atoi(argv[5]);
    make = cgroup;
  }
  if (argc == 5 && strcmp(argv[1], "files") == 0) make = empty_file;
  if (make == NULL) {
    fprintf(stderr, "usage: state-load superblocks|cgroups|files FROM TO DIR [SUPERBLOCKS]\n");
    return 2;
  }
  memset(page, 'x', sizeof page);
  for (unsigned i = (unsigned)atoi(argv[2]); i < (unsigned)atoi(argv[3]); i++) make(argv[4], i);
  return 0;
}
