// SPDX-License-Identifier: Apache-2.0
#include "version.h"

#ifndef TMPFSTRACE_VERSION
#define TMPFSTRACE_VERSION "0.1.0"
#endif

namespace tmpfstrace {

const char* const kVersion = TMPFSTRACE_VERSION;

}  // namespace tmpfstrace
