// SPDX-License-Identifier: Apache-2.0
#include "case_table.h"

namespace guest {

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  add_space_cases(cases);
  add_write_cases(cases);
  add_name_cases(cases);
  add_mapping_cases(cases);
  add_huge_cases(cases);
  add_huge_tail_cases(cases);
  add_xattr_cases(cases);
  add_mount_cases(cases);
  add_block_refusal_cases(cases);
  add_inode_refusal_cases(cases);
  add_populate_refusal_cases(cases);
  add_memcg_refusal_cases(cases);
  add_memcg_name_cases(cases);
  add_memory_refusal_cases(cases);
  add_cgroup_cases(cases);
  add_userfault_cases(cases);
  add_seed_cases(cases);
  add_foreign_cases(cases);
  add_foreign_limit_cases(cases);
  add_swap_cases(cases);
  add_incident_case(cases);
  add_stress_cases(cases);
  add_robustness_cases(cases);
  add_short_lived_cases(cases);
  add_tiny_cases(cases);
  add_file_cases(cases);
  add_cpu_line_cases(cases);
  add_event_cases(cases);
  add_view_cases(cases);
  add_record_cases(cases);
  add_tool_cases(cases);
  add_syscall_mode_case(cases);
  return cases;
}

std::string missing(Need need, const Environment& env) {
  switch (need) {
    case Need::nothing: return "";
    case Need::cgroup_v2: return env.cgroups.v2 ? "" : "needs cgroup v2";
    case Need::charged_xattrs:
      return env.kernel.charges_xattrs ? "" : "this kernel does not charge extended attributes";
    case Need::populate: return env.kernel.madvise_populate ? "" : "this kernel has no MADV_POPULATE_WRITE";
    case Need::collapse: return env.kernel.madvise_collapse ? "" : "this kernel has no MADV_COLLAPSE";
    case Need::quota: return env.kernel.quota ? "" : "this kernel has no quota on tmpfs";
  }
  return "";
}

}  // namespace guest
