// SPDX-License-Identifier: Apache-2.0
// `unpin`: ends what a run with --pin left in the kernel.
#pragma once

#include <string>

#include "model/result.h"

namespace tmpfstrace {

// What was removed, in a line for people. Nothing was there: that, and no error. EBUSY: a running tool counts with it.
// EPERM or EACCES: a missing privilege.
Result<std::string> unpin(const std::string& pin_path);

}  // namespace tmpfstrace
