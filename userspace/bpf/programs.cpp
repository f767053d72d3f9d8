// SPDX-License-Identifier: Apache-2.0
#include "bpf/programs.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <iterator>

namespace tmpfstrace {
namespace {

int print_debug(libbpf_print_level, const char* format, va_list arguments) {
  return std::vfprintf(stderr, format, arguments);
}

}  // namespace

void set_libbpf_voice() {
  const char* debug = std::getenv("TMPFSTRACE_DEBUG");
  libbpf_set_print(debug != nullptr && *debug == '1' ? print_debug : nullptr);
}

std::optional<std::uint32_t> run_program(int program_fd, std::initializer_list<std::uint64_t> arguments, int cpu) {
  bpf_test_run_opts options{};
  options.sz = sizeof(options);
  options.ctx_in = arguments.size() != 0 ? std::data(arguments) : nullptr;
  options.ctx_size_in = static_cast<__u32>(arguments.size() * sizeof(std::uint64_t));
  if (cpu >= 0) {
    options.flags = BPF_F_TEST_RUN_ON_CPU;
    options.cpu = static_cast<__u32>(cpu);
  }
  if (bpf_prog_test_run_opts(program_fd, &options) != 0) return std::nullopt;
  return options.retval;
}

std::vector<MissedRuns> missed_runs(const LoadedObjects& objects) {
  std::vector<MissedRuns> all;
  for (const KernelObject& program : objects.programs()) {
    bpf_prog_info info{};
    __u32 length = sizeof(info);
    // A sum of some programs would be taken for that of all.
    if (bpf_obj_get_info_by_fd(program.fd, &info, &length) != 0) return {};
    if (length < offsetof(bpf_prog_info, recursion_misses) + sizeof(info.recursion_misses)) return {};
    all.push_back({program.name, info.recursion_misses});
  }
  return all;
}

}  // namespace tmpfstrace
