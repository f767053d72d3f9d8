// SPDX-License-Identifier: Apache-2.0
// What is done with any mode's programs.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <vector>

#include "bpf/loaded_objects.h"
#include "model/self_cost.h"

namespace tmpfstrace {

// libbpf is quiet: what matters of its errors is in ours. TMPFSTRACE_DEBUG=1 shows all it says, the verifier's log
// included.
void set_libbpf_voice();

// Runs a program in this thread's context (BPF_PROG_TEST_RUN), on a given CPU or on this one, and gives what it
// returned. Absent: it could not be run.
std::optional<std::uint32_t> run_program(int program_fd, std::initializer_list<std::uint64_t> arguments, int cpu = -1);

// Runs that the kernel skipped, of each loaded program (recursion_misses of BPF_OBJ_GET_INFO_BY_FD, which takes no more
// privilege than the descriptor). Empty: this kernel does not tell (before 5.12).
std::vector<MissedRuns> missed_runs(const LoadedObjects& objects);

}  // namespace tmpfstrace
