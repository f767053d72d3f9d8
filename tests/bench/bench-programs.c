// SPDX-License-Identifier: Apache-2.0
//
// bench-programs LABEL: one line for each BPF program that is loaded on this host:
//   PROGRAM <label> <name> <runs> <instructions> <verifier instructions> <translated bytes> <machine code bytes>
//   <atomics>
// Runs and instructions are counted while kernel.bpf_stats_enabled is 1; they are instructions in a guest that counts
// them (run.sh --icount), nanoseconds elsewhere. Atomics: atomic instructions in its code as the kernel has it, with
// the functions it calls.
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// -1 when the kernel does not show the code.
static int count_atomics(int fd, __u32 bytes) {
  struct bpf_insn* code = malloc(bytes);
  struct bpf_prog_info info = {.xlated_prog_insns = (__u64)(unsigned long)code, .xlated_prog_len = bytes};
  __u32 length = sizeof info;
  int atomics = -1;
  if (code != NULL && bpf_obj_get_info_by_fd(fd, &info, &length) == 0 && info.xlated_prog_insns != 0) {
    atomics = 0;
    for (unsigned i = 0; i < bytes / sizeof *code; i++)
      if (BPF_CLASS(code[i].code) == BPF_STX && BPF_MODE(code[i].code) == BPF_ATOMIC) atomics++;
  }
  free(code);
  return atomics;
}

static int print_program(const char* label, unsigned id) {
  const int fd = bpf_prog_get_fd_by_id(id);
  if (fd < 0) return errno == ENOENT ? 0 : -1;  // unloaded meanwhile
  struct bpf_prog_info info = {0};
  __u32 length = sizeof info;
  const int failed = bpf_obj_get_info_by_fd(fd, &info, &length);
  const int atomics = failed ? -1 : count_atomics(fd, info.xlated_prog_len);
  close(fd);
  if (atomics < 0) return -1;
  printf("PROGRAM %s %s %llu %llu %u %u %u %d\n", label, info.name, info.run_cnt, info.run_time_ns, info.verified_insns,
         info.xlated_prog_len, info.jited_prog_len, atomics);
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
