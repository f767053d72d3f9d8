// SPDX-License-Identifier: Apache-2.0
// What can be asked of any loaded BPF object's programs.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>

struct bpf_object;
struct bpf_program;

namespace tmpfstrace {

// Runs a program in this thread's context (BPF_PROG_TEST_RUN), on a given CPU or on this one, and gives what it
// returned. Absent: it could not be run.
std::optional<std::uint32_t> run_program(const bpf_program* program, std::initializer_list<std::uint64_t> arguments,
                                         int cpu = -1);

// Runs that the kernel skipped, over all loaded programs. Absent: this kernel does not tell (before 5.12).
std::optional<std::uint64_t> recursion_misses(const bpf_object* object);

}  // namespace tmpfstrace
