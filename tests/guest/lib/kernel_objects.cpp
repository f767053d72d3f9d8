// SPDX-License-Identifier: Apache-2.0
#include "kernel_objects.h"

#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

#include "util.h"

namespace guest {
namespace {

int count_ids(bpf_cmd command) {
  bpf_attr attr{};
  int count = 0;
  while (::syscall(SYS_bpf, command, &attr, sizeof attr) == 0) {
    attr.start_id = attr.next_id;
    ++count;
  }
  if (errno != ENOENT) throw_errno("list of BPF objects");
  return count;
}

}  // namespace

std::string KernelObjects::text() const {
  return std::to_string(programs) + " programs, " + std::to_string(maps) + " maps, " + std::to_string(links) + " links";
}

KernelObjects kernel_objects() {
  return {count_ids(BPF_PROG_GET_NEXT_ID), count_ids(BPF_MAP_GET_NEXT_ID), count_ids(BPF_LINK_GET_NEXT_ID)};
}

void wait_for_no_kernel_objects(const std::string& when, std::chrono::seconds patience) {
  KernelObjects left;
  const bool gone = poll_until(patience, [&] { return (left = kernel_objects()).none(); });
  if (!gone) throw std::runtime_error("BPF objects are left " + when + ": " + left.text());
}

}  // namespace guest
