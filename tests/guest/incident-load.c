// SPDX-License-Identifier: Apache-2.0
//
// incident-load DIR REFUSALS FACTS: what a server does that keeps its sessions as files and does not look at a full
// disk. Makes one file session_<random> of 1,500 bytes after another in DIR, which must be the root of a small tmpfs,
// until REFUSALS writes have failed; then writes to FACTS, as JSON, what it saw itself and what the kernel says
// (statfs, the files one by one). Knows nothing of the tool whose figures these are compared with.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

enum { kFileBytes = 1500, kLargest = 1 << 30, kProgress = 2048 };

struct Seen {
  unsigned long created, create_failed, whole, enospc, cut_short, other_failed;
  unsigned long long written;
  char first_refused[64];
  uint64_t first_refused_ns;
};

static void die(const char* what, const char* on) {
  fprintf(stderr, "incident-load: %s %s: %s\n", what, on, strerror(errno));
  exit(1);
}

static uint64_t wall_clock(void) {
  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void one_session(int dir, struct Seen* seen) {
  static const char session[kFileBytes] = "a session";
  char name[64];
  uint64_t random[2];
  if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random) die("getrandom for", "a file name");
  snprintf(name, sizeof name, "session_%016llx%016llx", (unsigned long long)random[0], (unsigned long long)random[1]);
  const int fd = openat(dir, name, O_CREAT | O_EXCL | O_WRONLY, 0600);
  if (fd < 0) {
    seen->create_failed++;
    return;
  }
  seen->created++;
  const ssize_t done = write(fd, session, sizeof session);
  if (done > 0) seen->written += (unsigned long long)done;
  if (done == (ssize_t)sizeof session)
    seen->whole++;
  else if (done >= 0)
    seen->cut_short++;
  else if (errno == ENOSPC)
    seen->enospc++;
  else
    seen->other_failed++;
  if (done < 0 && seen->first_refused_ns == 0) {
    seen->first_refused_ns = wall_clock();
    strcpy(seen->first_refused, name);
    printf("  write refused: %s (%s), %lu files are in\n", name, strerror(errno), seen->whole);
  }
  close(fd);
}

// The kernel's own view: every file looked at.
static void count_files(int dir, const char* path, unsigned long* with_data, unsigned long* empty) {
  DIR* list = fdopendir(dup(dir));
  if (list == NULL) die("list", path);
  for (const struct dirent* entry; (entry = readdir(list)) != NULL;) {
    struct stat about;
    if (entry->d_name[0] == '.') continue;
    if (fstatat(dir, entry->d_name, &about, AT_SYMLINK_NOFOLLOW) != 0) die("stat", entry->d_name);
    *(about.st_blocks > 0 ? with_data : empty) += 1;
  }
  closedir(list);
}

static unsigned long long used_bytes(int dir, const char* path, struct statvfs* limits) {
  if (fstatvfs(dir, limits) != 0) die("statvfs", path);
  return (unsigned long long)(limits->f_blocks - limits->f_bfree) * limits->f_frsize;
}

static void write_facts(const char* path, int dir, const char* dir_path, const struct Seen* seen) {
  struct statvfs limits;
  struct stat about;
  unsigned long with_data = 0, empty = 0;
  const unsigned long long used = used_bytes(dir, dir_path, &limits);
  if (fstat(dir, &about) != 0) die("stat", dir_path);
  count_files(dir, dir_path, &with_data, &empty);
  FILE* out = fopen(path, "w");
  if (out == NULL) die("create", path);
  fprintf(out, "{\"pid\":%d,\"comm\":\"incident-load\",\"dev\":\"%u:%u\",", getpid(), major(about.st_dev),
          minor(about.st_dev));
  fprintf(out, "\"created\":%lu,\"create_failed\":%lu,\"whole\":%lu,\"enospc\":%lu,\"cut_short\":%lu,", seen->created,
          seen->create_failed, seen->whole, seen->enospc, seen->cut_short);
  fprintf(out, "\"other_failed\":%lu,\"written_bytes\":%llu,", seen->other_failed, seen->written);
  fprintf(out, "\"first_refused\":\"%s\",\"first_refused_ns\":%llu,", seen->first_refused,
          (unsigned long long)seen->first_refused_ns);
  fprintf(out, "\"size_bytes\":%llu,\"used_bytes\":%llu,\"inodes_free\":%llu,",
          (unsigned long long)limits.f_blocks * limits.f_frsize, used, (unsigned long long)limits.f_ffree);
  fprintf(out, "\"files_with_data\":%lu,\"files_empty\":%lu}\n", with_data, empty);
  if (fclose(out) != 0) die("write", path);
}

int main(int argc, char** argv) {
  if (argc != 4) {
    fputs("usage: incident-load DIR REFUSALS FACTS\n", stderr);
    return 2;
  }
  const unsigned long refusals = strtoul(argv[2], NULL, 10);
  const int dir = open(argv[1], O_RDONLY | O_DIRECTORY);
  if (dir < 0) die("open", argv[1]);
  // What fills a file system must not be let loose on one that holds the machine's memory.
  struct statvfs limits;
  used_bytes(dir, argv[1], &limits);
  if (limits.f_blocks == 0 || limits.f_blocks * limits.f_frsize > kLargest) {
    fprintf(stderr,
            "incident-load: %s will not be filled: it has no limit, or one above 1 GiB; mount a small tmpfs there\n",
            argv[1]);
    return 1;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  struct Seen seen = {0};
  while (seen.enospc + seen.cut_short + seen.other_failed + seen.create_failed < refusals) {
    one_session(dir, &seen);
    if (seen.created % kProgress == 0)
      printf("  %6lu files, %6.2f MiB used\n", seen.created, (double)used_bytes(dir, argv[1], &limits) / (1 << 20));
  }
  write_facts(argv[3], dir, argv[1], &seen);
  printf("  %6lu files made, %lu writes refused\n", seen.created, seen.enospc);
  return 0;
}
