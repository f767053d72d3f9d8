// SPDX-License-Identifier: Apache-2.0
#include "program_runs.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <unistd.h>

int read_program_runs(struct program_runs* runs) {
  *runs = (struct program_runs){0};
  for (unsigned id = 0; bpf_prog_get_next_id(id, &id) == 0;) {
    const int fd = bpf_prog_get_fd_by_id(id);
    if (fd < 0 && errno == ENOENT) continue;  // unloaded meanwhile
    struct bpf_prog_info info = {0};
    __u32 length = sizeof info;
    if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &length) != 0) return -1;
    close(fd);
    runs->runs += info.run_cnt;
    runs->ns += info.run_time_ns;
  }
  return errno == ENOENT ? 0 : -1;  // what the last one is told by
}
