// SPDX-License-Identifier: Apache-2.0
// A kprobe session (6.10), which libbpf 1.1 cannot attach.
#pragma once

#include <string>

#include "host/unique_fd.h"
#include "model/result.h"

namespace tmpfstrace {

// What a program is to be loaded with: BPF_TRACE_KPROBE_SESSION of linux/bpf.h, which the headers of this age lack.
constexpr int kKprobeSession = 56;

// Attaches the loaded program to both sides of the kernel's function, for as long as the descriptor is open.
Result<UniqueFd> attach_session(int program_fd, const std::string& function);

}  // namespace tmpfstrace
