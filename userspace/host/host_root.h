// SPDX-License-Identifier: Apache-2.0
// Files below a directory that is another system's root: paths and links, also absolute ones, end inside of it.
#pragma once

#include <cstddef>
#include <string>

#include "host/unique_fd.h"
#include "model/result.h"

namespace tmpfstrace {

// How links are kept inside. NoLinks is for kernels and seccomp filters without openat2(2): a path with a link is
// refused there, with ELOOP or ENOTDIR.
enum class LinkPolicy { InRoot, NoLinks };

// Of read_file and open_directory: there is no such file.
bool is_absent(const Error& error);

class HostRoot {
 public:
  // The error names the directory. Takes NoLinks by itself where InRoot cannot be had.
  static Result<HostRoot> open(const std::string& directory, LinkPolicy links = LinkPolicy::InRoot);

  // The whole of a regular file. Longer than max_bytes: EFBIG; not a regular file: EINVAL. path is relative.
  Result<std::string> read_file(const std::string& path, std::size_t max_bytes) const;

  Result<UniqueFd> open_directory(const std::string& path) const;

 private:
  HostRoot(UniqueFd root, LinkPolicy links) : root_(std::move(root)), links_(links) {}

  Result<UniqueFd> open_below(const std::string& path, int flags) const;

  UniqueFd root_;
  LinkPolicy links_;
};

}  // namespace tmpfstrace
