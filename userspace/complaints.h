// SPDX-License-Identifier: Apache-2.0
// What the program says on standard error, and how it ends then.
#pragma once

#include "model/result.h"

namespace tmpfstrace {

// A message may hold names from a recording or of files, which may hold anything: they come out escaped.
void complain(const Error& error);

// These two complain and give the exit status.
int exit_failed(const Error& error);
// Of the live source and of doctor: EPERM and EACCES mean there that a capability is missing.
int exit_refused(const Error& error);

}  // namespace tmpfstrace
