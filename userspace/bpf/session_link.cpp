// SPDX-License-Identifier: Apache-2.0
#include "bpf/session_link.h"

#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "bpf/handles.h"

namespace tmpfstrace {

Result<UniqueFd> attach_session(int program_fd, const std::string& function) {
  const char* symbol = function.c_str();
  const __u64 cookie = 0;  // nobody asks for it: see attach_hook
  bpf_attr request{};
  request.link_create.prog_fd = static_cast<__u32>(program_fd);
  request.link_create.attach_type = kKprobeSession;
  request.link_create.kprobe_multi.cnt = 1;
  request.link_create.kprobe_multi.syms = reinterpret_cast<std::uintptr_t>(&symbol);
  request.link_create.kprobe_multi.cookies = reinterpret_cast<std::uintptr_t>(&cookie);
  const long fd = syscall(SYS_bpf, BPF_LINK_CREATE, &request, sizeof(request));
  if (fd < 0) return bpf_fail("cannot attach kprobe session " + function, errno);
  return UniqueFd(static_cast<int>(fd));
}

}  // namespace tmpfstrace
