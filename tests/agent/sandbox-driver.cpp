// SPDX-License-Identifier: Apache-2.0
//
// sandbox-driver inside|outside [web] [alerts] [program_times]: tries what a process that was taken over would try, inside
// the agent's sandbox or outside, and prints for each "allowed" or the name of the error.
#include <fcntl.h>
#include <linux/bpf.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "agent/sandbox.h"

namespace {

long bpf(bpf_cmd command, bpf_attr& attributes) { return syscall(SYS_bpf, command, &attributes, sizeof attributes); }

long make_map() {
  bpf_attr attributes{};
  attributes.map_type = BPF_MAP_TYPE_ARRAY;
  attributes.key_size = attributes.value_size = 4;
  attributes.max_entries = 1;
  return bpf(BPF_MAP_CREATE, attributes);
}

// "return 0" as a socket filter, which needs no more than the call itself.
long load_program() {
  const bpf_insn instructions[] = {{BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0}, {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}};
  bpf_attr attributes{};
  attributes.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
  attributes.insns = reinterpret_cast<std::uint64_t>(instructions);
  attributes.insn_cnt = 2;
  attributes.license = reinterpret_cast<std::uint64_t>("GPL");
  return bpf(BPF_PROG_LOAD, attributes);
}

// With no program: the call is judged before its arguments.
long attach() {
  bpf_attr attributes{};
  attributes.raw_tracepoint.name = reinterpret_cast<std::uint64_t>("sys_enter");
  attributes.raw_tracepoint.prog_fd = ~0U;
  return bpf(BPF_RAW_TRACEPOINT_OPEN, attributes);
}

long map_info() {
  bpf_attr attributes{};
  attributes.info.bpf_fd = ~0U;
  return bpf(BPF_OBJ_GET_INFO_BY_FD, attributes);
}

// Each does nothing where it is allowed: the arguments are wrong, or what is.
const std::vector<std::pair<const char*, std::function<long()>>> kTrials = {
    {"load_program", load_program},
    {"make_map", make_map},
    {"attach", attach},
    {"map_info", map_info},
    {"mount", [] { return mount("none", "/proc/self/nowhere", "tmpfs", 0, nullptr); }},
    {"ptrace", [] { return ptrace(PTRACE_PEEKUSER, getppid(), nullptr, nullptr); }},
    {"open_by_handle", [] { return syscall(SYS_open_by_handle_at, -1, nullptr, O_RDONLY); }},
    {"module", [] { return syscall(SYS_finit_module, -1, "", 0); }},
    {"raw_socket", [] { return socket(AF_PACKET, SOCK_RAW, 0); }},
    {"socket", [] { return socket(AF_INET, SOCK_STREAM, 0); }},
    {"chroot", [] { return chroot("/proc/self/nowhere"); }},
    {"set_time", [] { return syscall(SYS_settimeofday, nullptr, nullptr); }},
    {"unshare", [] { return unshare(CLONE_NEWUTS); }},
};

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto has = [&words](const char* word) { return std::ranges::find(words, word) != words.end(); };
  if (has("inside")) {
    const auto left = tmpfstrace::enter_sandbox(
        {.web = has("web"), .alerts = has("alerts"), .program_times = has("program_times")});
    if (!left) {
      std::fprintf(stderr, "%s\n", left.error().message.c_str());
      return 1;
    }
  }
  for (const auto& [name, trial] : kTrials) {
    errno = 0;
    const bool failed = trial() < 0 && errno != 0;
    std::printf("%s %s\n", name, failed ? strerrorname_np(errno) : "allowed");
  }
  return 0;
}
