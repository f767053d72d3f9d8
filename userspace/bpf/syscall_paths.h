// SPDX-License-Identifier: Apache-2.0
// Where a path that another process gave to a failed call leads: the superblock of its directory.
//
// Nothing is opened but with O_PATH, which neither runs a driver nor starts an automount at the last component. The
// walk is by hand, one component at a time, because the other process has its own root and its absolute symbolic links
// begin there. Kernels that can (5.12) answer from memory only, so that no dead server is waited for: the failed call
// has just brought every component there.
#pragma once

#include <functional>
#include <string>

#include "bpf/decode_syscall.h"
#include "host/host_paths.h"
#include "host/unique_fd.h"
#include "model/result.h"

namespace tmpfstrace {

struct ResolvedPath {
  UniqueFd fd;            // of the directory, or of the object itself (SYSCALL_PATH_OBJECT); O_PATH
  std::string file;       // last component
  std::string directory;  // name of the directory it is in; empty when it is not known
};

// Is this descriptor of the inode where the record's path starts? The task may have changed directory since, closed the
// descriptor, or its number may be another's by now.
using StartCheck = std::function<bool(int fd)>;

// Fails when the task no longer is where it was, or is gone and its root was not ours; and when the path leads nowhere.
Result<ResolvedPath> resolve_path(const HostPaths& paths, const SyscallRecord& record, const StartCheck& is_start);

// Name of the directory that a relative path starts from; empty when the task is gone.
std::string start_directory_name(const HostPaths& paths, const SyscallRecord& record);

// The file mapped at the address of a refused fault, if it lies on tmpfs and the address is inside the file: then fd is
// open, else not. An error when it cannot be found out.
Result<ResolvedPath> resolve_fault(const HostPaths& paths, const SyscallRecord& record);

}  // namespace tmpfstrace
