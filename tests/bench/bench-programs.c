// SPDX-License-Identifier: Apache-2.0
//
// bench-programs LABEL: one line for each BPF program that is loaded on this host:
//   PROGRAM <label> <name> <runs> <instructions> <verifier instructions> <translated bytes> <machine code bytes>
// Runs and instructions are counted while kernel.bpf_stats_enabled is 1; they are instructions in a guest that counts
// them (run.sh --icount), nanoseconds elsewhere.
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int print_program(const char* label, unsigned id) {
  const int fd = bpf_prog_get_fd_by_id(id);
  if (fd < 0) return errno == ENOENT ? 0 : -1;  // unloaded meanwhile
  struct bpf_prog_info info = {0};
  __u32 length = sizeof info;
  const int failed = bpf_obj_get_info_by_fd(fd, &info, &length);
  close(fd);
  if (failed != 0) return -1;
  printf("PROGRAM %s %s %llu %llu %u %u %u\n", label, info.name, info.run_cnt, info.run_time_ns, info.verified_insns,
         info.xlated_prog_len, info.jited_prog_len);
  return 0;
}

int main(int argc, char** argv) {
  if (argc != 2) {
    fputs("usage: bench-programs LABEL\n", stderr);
    return 2;
  }
  unsigned id = 0;
  while (bpf_prog_get_next_id(id, &id) == 0)
    if (print_program(argv[1], id) != 0) {
      fprintf(stderr, "bench-programs: program %u: %s\n", id, strerror(errno));
      return 1;
    }
  if (errno != ENOENT) {  // what the last one is told by
    fprintf(stderr, "bench-programs: cannot list programs: %s\n", strerror(errno));
    return 1;
  }
  return 0;
}
