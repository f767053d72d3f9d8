// SPDX-License-Identifier: Apache-2.0
#include "kernel.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "mount.h"
#include "util.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

namespace guest {
namespace {

std::string preemption() {
  // "none voluntary (full) lazy": the one in brackets is live.
  const std::string modes = read_text("/sys/kernel/debug/sched/preempt");
  const std::size_t open = modes.find('(');
  const std::size_t close = modes.find(')', open == std::string::npos ? 0 : open);
  if (open != std::string::npos && close != std::string::npos) return modes.substr(open + 1, close - open - 1);
  const std::string version = read_text("/proc/version");
  if (version.find("PREEMPT_DYNAMIC") != std::string::npos) return "dynamic";
  return version.find("PREEMPT") != std::string::npos ? "full" : "voluntary";
}

// On touched, aligned memory of a huge page, an advice the kernel knows is refused for other reasons than EINVAL,
// if at all.
bool knows_advice(int advice) {
  constexpr std::size_t size = 3 * kHugePage;
  void* reserved = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (reserved == MAP_FAILED) return false;
  const auto aligned = (reinterpret_cast<std::uintptr_t>(reserved) + kHugePage - 1) & ~(std::uintptr_t{kHugePage} - 1);
  char* area = reinterpret_cast<char*>(aligned);
  area[0] = 1;
  const bool known = ::madvise(area, kHugePage, advice) == 0 || errno != EINVAL;
  ::munmap(reserved, size);
  return known;
}

bool knows_quota() {
  try {
    const Mount mount("size=1m,usrquota");
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

}  // namespace

Kernel probe_kernel() {
  Kernel kernel;
  utsname name{};
  ::uname(&name);
  kernel.release = name.release;
  kernel.preempt = preemption();
  kernel.cpus = static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
  kernel.madvise_populate = knows_advice(MADV_POPULATE_WRITE);
  kernel.madvise_collapse = knows_advice(MADV_COLLAPSE);
  kernel.quota = knows_quota();
  // Kernels whose memcg counters hang on rstat flush them for a reader. Before that (5.13), each CPU keeps up to 32
  // updates to itself. The same release made cgroup v1 and v2 alike; no file tells, so the release number has to.
  kernel.batched_memory_stat = kernel.release.rfind("5.10.", 0) == 0;

  const Mount mount("size=1m,nr_inodes=64");
  const std::string file = mount.file("x");
  const Fd fd = open_file(file, O_RDWR | O_CREAT);
  const Usage before = mount.usage();
  const std::string value(4096, 'v');
  ::setxattr(file.c_str(), "trusted.probe", value.data(), value.size(), 0);
  kernel.charges_xattrs = mount.usage().inodes > before.inodes;
  kernel.user_xattrs = ::setxattr(file.c_str(), "user.probe", "v", 1, 0) == 0;
  return kernel;
}

}  // namespace guest
