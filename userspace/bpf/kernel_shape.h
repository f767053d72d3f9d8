// SPDX-License-Identifier: Apache-2.0
// Reads the shape of the running kernel from its BTF (/sys/kernel/btf/vmlinux).
#pragma once

#include "bpf/hook_plan.h"
#include "model/result.h"

namespace tmpfstrace {

Result<KernelShape> probe_kernel_shape();

}  // namespace tmpfstrace
