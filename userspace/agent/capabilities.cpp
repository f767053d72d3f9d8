// SPDX-License-Identifier: Apache-2.0
#include "agent/capabilities.h"

#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <type_traits>

namespace tmpfstrace {
namespace {

struct FreeCap {
  void operator()(void* what) const { cap_free(what); }
};
using CapHandle = std::unique_ptr<std::remove_pointer_t<cap_t>, FreeCap>;

// Reading a map or running one of our own programs through its descriptor wants CAP_BPF before 5.19, where unprivileged
// use is switched off (kernel.unprivileged_bpf_disabled). Asked without the capability: bpf(2) looks at that first, and
// at the descriptor, which is none, after it.
bool bpf_wants_capability() {
  const CapHandle now(cap_get_proc());
  const CapHandle without(cap_dup(now.get()));
  const cap_value_t capabilities[] = {CAP_BPF, CAP_SYS_ADMIN};
  if (!now || !without || cap_set_flag(without.get(), CAP_EFFECTIVE, 2, capabilities, CAP_CLEAR) != 0 ||
      cap_set_proc(without.get()) != 0)
    return true;
  constexpr int obj_get_info_by_fd = 15;  // BPF_OBJ_GET_INFO_BY_FD of linux/bpf.h
  struct {
    std::uint32_t fd = ~0U;
    std::uint32_t length = 0;
    std::uint64_t info = 0;
  } attributes;
  const bool refused = syscall(SYS_bpf, obj_get_info_by_fd, &attributes, sizeof attributes) != 0 && errno == EPERM;
  return cap_set_proc(now.get()) != 0 || refused;
}

std::vector<cap_value_t> wanted(const SandboxNeeds& needs) {
  // /proc/PID/root, maps, fd and ns of processes in other containers: ptrace(2) access rules.
  // Directories and files of their owners alone, below those roots: what lies on a tmpfs.
  std::vector<cap_value_t> kept;
  kept.reserve(8);
  kept.insert(kept.end(), {CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH});
  // /proc/PID/map_files: removed files that are mapped still, and which file a fault was refused in.
  kept.push_back(CAP_CHECKPOINT_RESTORE);
  if (bpf_wants_capability()) kept.push_back(CAP_BPF);
  // The web server's process is to become nobody, with nothing in its bounding set.
  if (needs.web) kept.insert(kept.end(), {CAP_SETUID, CAP_SETGID, CAP_SETPCAP});
  // BPF_ENABLE_STATS knows no lesser one.
  if (needs.program_times) kept.push_back(CAP_SYS_ADMIN);
  return kept;
}

std::string name_of(cap_value_t capability) {
  const std::unique_ptr<char, FreeCap> name(cap_to_name(capability));
  return name ? name.get() : std::to_string(capability);
}

}  // namespace

Result<std::vector<std::string>> drop_capabilities(const SandboxNeeds& needs) {
  const CapHandle now(cap_get_proc());
  const CapHandle left(cap_init());
  if (!now || !left) return fail_errno("read", "our capabilities", errno);
  std::vector<std::string> names;
  std::vector<cap_value_t> kept;
  for (const cap_value_t capability : wanted(needs)) {
    cap_flag_value_t has = CAP_CLEAR;
    if (cap_get_flag(now.get(), capability, CAP_PERMITTED, &has) != 0 || has != CAP_SET) continue;
    kept.push_back(capability);
    names.push_back(name_of(capability));
  }
  // While CAP_SETPCAP is there. Without it the set stays as it is, and no_new_privs makes it worthless.
  for (cap_value_t capability = 0; cap_get_bound(capability) >= 0; ++capability) {
    if (std::ranges::find(kept, capability) != kept.end()) continue;
    if (cap_drop_bound(capability) != 0 && errno != EPERM)
      return fail_errno("drop from the bounding set", name_of(capability), errno);
  }
  const int count = static_cast<int>(kept.size());
  if (cap_set_flag(left.get(), CAP_PERMITTED, count, kept.data(), CAP_SET) != 0 ||
      cap_set_flag(left.get(), CAP_EFFECTIVE, count, kept.data(), CAP_SET) != 0 || cap_set_proc(left.get()) != 0)
    return fail_errno("drop", "capabilities", errno);
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
    return fail_errno("drop", "ambient capabilities", errno);
  return names;
}

}  // namespace tmpfstrace
