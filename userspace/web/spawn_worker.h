// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "host/unique_fd.h"
#include "model/result.h"

namespace tmpfstrace {

struct SpawnedWorker {
  int pid = -1;
  UniqueFd pid_fd;  // readable when it has ended
  UniqueFd socket;  // for frames; nothing can be read from it
};

// This program again, as kWebWorkerArgument, with the listening sockets, an empty environment and nothing else.
Result<SpawnedWorker> spawn_web_worker(const std::vector<int>& listeners);

}  // namespace tmpfstrace
