// SPDX-License-Identifier: Apache-2.0
// The cases, in the order in which they run.
#pragma once

#include <string>
#include <vector>

#include "fixture.h"

namespace guest {

enum class Need { nothing, cgroup_v2, charged_xattrs, populate, collapse, quota };

struct Case {
  const char* name;
  Need need;
  void (*run)(Fixture&);
};

std::vector<Case> all_cases();
// Empty when the kernel has it, else the reason for skipping.
std::string missing(Need need, const Environment& env);

void add_space_cases(std::vector<Case>& cases);
void add_write_cases(std::vector<Case>& cases);
void add_name_cases(std::vector<Case>& cases);
void add_mapping_cases(std::vector<Case>& cases);
void add_huge_cases(std::vector<Case>& cases);
void add_huge_tail_cases(std::vector<Case>& cases);
void add_xattr_cases(std::vector<Case>& cases);
void add_mount_cases(std::vector<Case>& cases);
void add_block_refusal_cases(std::vector<Case>& cases);
void add_inode_refusal_cases(std::vector<Case>& cases);
void add_populate_refusal_cases(std::vector<Case>& cases);
void add_memcg_refusal_cases(std::vector<Case>& cases);
void add_memcg_name_cases(std::vector<Case>& cases);
void add_memory_refusal_cases(std::vector<Case>& cases);
void add_cgroup_cases(std::vector<Case>& cases);
void add_userfault_cases(std::vector<Case>& cases);
void add_seed_cases(std::vector<Case>& cases);
void add_foreign_cases(std::vector<Case>& cases);
void add_foreign_limit_cases(std::vector<Case>& cases);
void add_swap_cases(std::vector<Case>& cases);
void add_incident_case(std::vector<Case>& cases);
void add_stress_cases(std::vector<Case>& cases);
void add_robustness_cases(std::vector<Case>& cases);
void add_short_lived_cases(std::vector<Case>& cases);
void add_file_cases(std::vector<Case>& cases);
void add_tiny_cases(std::vector<Case>& cases);
void add_cpu_line_cases(std::vector<Case>& cases);
void add_event_cases(std::vector<Case>& cases);
void add_view_cases(std::vector<Case>& cases);
void add_record_cases(std::vector<Case>& cases);
void add_tool_cases(std::vector<Case>& cases);
void add_syscall_mode_case(std::vector<Case>& cases);

}  // namespace guest
