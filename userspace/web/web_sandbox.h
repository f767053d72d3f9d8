// SPDX-License-Identifier: Apache-2.0
// What a process gives up that reads from the network.
#pragma once

#include "model/result.h"

namespace tmpfstrace {

constexpr unsigned kNobody = 65534;

// For good, and for all that it would start: no capability, user and group nobody where it was root, no new
// privileges, no core, no debugger, no more than 4096 descriptors and 1 GiB of addresses; ends with its parent. Then a
// list of system calls, in which there is no open, no socket and no fork.
//
// A call that is not on it fails with EPERM: a library that tries something in a rare case goes on without it, and
// nothing has happened. The calls that only an intruder makes (execve, ptrace, bpf…) end the process at once, so that
// its attempts are seen and are not many.
//
// An error leaves the process half closed: it must end. Where root has no CAP_SETUID it stays root, without any
// capability and with no way to a file.
Result<void> enter_web_sandbox();

}  // namespace tmpfstrace
