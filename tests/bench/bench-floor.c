// SPDX-License-Identifier: Apache-2.0
//
// bench-floor: attach an empty BPF program to each hook named on stdin, say "FLOOR <number of hooks>" and wait for
// SIGINT or SIGTERM. One hook a line, in the words of `tmpfstrace doctor`: "fexit shmem_link", "raw_tracepoint
// sys_exit". A program is attached by the same call of libbpf as the tool's (userspace/bpf/tracer.cpp,
// syscall_programs.cpp): what a hook costs depends on it. Exit 1 when a hook does not attach: a floor with a hole would
// be too low.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "floor.skel.h"

static void die(const char* what, const char* kind, const char* function) {
  fprintf(stderr, "bench-floor: %s %s %s: %s\n", what, kind, function, strerror(errno));
  exit(1);
}

static struct bpf_link* attach_fprobe_return(struct bpf_program* program, const char* function) {
  const __u64 cookie = 0;
  LIBBPF_OPTS(bpf_kprobe_multi_opts, options, .syms = &function, .cookies = &cookie, .cnt = 1, .retprobe = true);
  return bpf_program__attach_kprobe_multi_opts(program, NULL, &options);
}

// BPF_TRACE_KPROBE_SESSION: this libbpf knows neither the type nor how to attach it (userspace/bpf/session_link.cpp).
enum { kKprobeSession = 56 };

static int attach_session(const struct bpf_program* program, const char* function) {
  const __u64 cookie = 0;
  union bpf_attr request = {0};
  request.link_create.prog_fd = bpf_program__fd(program);
  request.link_create.attach_type = kKprobeSession;
  request.link_create.kprobe_multi.cnt = 1;
  request.link_create.kprobe_multi.syms = (__u64)(unsigned long)&function;
  request.link_create.kprobe_multi.cookies = (__u64)(unsigned long)&cookie;
  return (int)syscall(SYS_bpf, BPF_LINK_CREATE, &request, sizeof request);
}

// The object stays open: its programs live as long as this process.
static void attach(const char* kind, const char* function) {
  struct floor_bpf* object = floor_bpf__open();
  if (object == NULL) die("cannot open the BPF object for", kind, function);
  const int fentry = strcmp(kind, "fentry") == 0, fexit = strcmp(kind, "fexit") == 0;
  const int kprobe = strcmp(kind, "kprobe") == 0, kretprobe = strcmp(kind, "kretprobe") == 0;
  const int fprobe_return = strcmp(kind, "fprobe return") == 0, raw_tp = strcmp(kind, "raw_tracepoint") == 0;
  const int session = strcmp(kind, "kprobe session") == 0;
  const int traced = fentry || fexit || strcmp(kind, "tracepoint") == 0;
  struct bpf_program* program = fentry                       ? object->progs.empty_fentry
                                : fexit                      ? object->progs.empty_fexit
                                : kprobe || session          ? object->progs.empty_kprobe
                                : kretprobe || fprobe_return ? object->progs.empty_kretprobe
                                : raw_tp                     ? object->progs.empty_raw_tp
                                : traced                     ? object->progs.empty_tracepoint
                                                             : NULL;
  if (program == NULL) {
    errno = EINVAL;
    die("this program does not know how to attach", kind, function);
  }
  bpf_program__set_autoload(program, true);
  if (traced && bpf_program__set_attach_target(program, 0, function) != 0) die("cannot aim", kind, function);
  if (fprobe_return) bpf_program__set_expected_attach_type(program, BPF_TRACE_KPROBE_MULTI);
  if (session) bpf_program__set_expected_attach_type(program, (enum bpf_attach_type)kKprobeSession);
  if (floor_bpf__load(object) != 0) die("cannot load", kind, function);
  if (session) {
    if (attach_session(program, function) < 0) die("cannot attach", kind, function);
    return;  // the descriptor stays open, too
  }
  struct bpf_link* link = traced                ? bpf_program__attach_trace(program)
                          : kprobe || kretprobe ? bpf_program__attach_kprobe(program, kretprobe, function)
                          : fprobe_return       ? attach_fprobe_return(program, function)
                                                : bpf_program__attach_raw_tracepoint(program, function);
  if (link == NULL) die("cannot attach", kind, function);
}

int main(void) {
  libbpf_set_print(NULL);
  sigset_t end;
  sigemptyset(&end);
  sigaddset(&end, SIGINT);
  sigaddset(&end, SIGTERM);
  sigprocmask(SIG_BLOCK, &end, NULL);

  int hooks = 0;
  char line[256];
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    char* function = strrchr(line, ' ');
    if (function == NULL) {
      errno = EINVAL;
      die("a hook is a kind and a function, not", line, "");
    }
    *function++ = '\0';
    attach(line, function);
    hooks++;
  }
  if (hooks == 0) {
    fputs("bench-floor: no hook was named\n", stderr);
    return 1;
  }
  printf("FLOOR %d\n", hooks);
  fflush(stdout);
  int received = 0;
  sigwait(&end, &received);
  return 0;
}
