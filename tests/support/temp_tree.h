// SPDX-License-Identifier: Apache-2.0
// A directory tree in a fresh temporary directory (in TMPDIR, else /dev/shm, else /tmp), removed with the object. Paths
// are relative to it; parent directories are made as needed. Failure throws: a test without its fixture must not go on.
#pragma once

#include <string>
#include <string_view>

namespace tmpfstrace::test {

class TempTree {
 public:
  TempTree();
  TempTree(const TempTree&) = delete;
  TempTree& operator=(const TempTree&) = delete;
  ~TempTree();

  const std::string& root() const { return root_; }
  std::string path(std::string_view relative) const;

  void directory(std::string_view relative) const;
  void file(std::string_view relative, std::string_view content) const;
  void symlink(std::string_view relative, const std::string& target) const;  // target is written as it is
  void remove(std::string_view relative) const;                              // with all below
  unsigned long long inode(std::string_view relative) const;                 // follows links

 private:
  std::string root_;
};

// The whole content of a file of tests/fixtures/host, found beside this source's directory.
std::string host_fixture(std::string_view name);

}  // namespace tmpfstrace::test
