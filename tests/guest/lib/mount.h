// SPDX-License-Identifier: Apache-2.0
// A file system mounted for one case, and what statfs says of it.
#pragma once

#include <cstdint>
#include <string>

namespace guest {

struct Usage {
  std::int64_t bytes = 0;
  std::int64_t inodes = 0;
  std::int64_t free_bytes = 0;
  bool operator==(const Usage&) const = default;
};

class Mount {
 public:
  // Throws std::system_error when the kernel refuses.
  explicit Mount(const std::string& options, const std::string& type = "tmpfs", const std::string& source = "tmpfs");
  // Detaches, with whatever is still open on it.
  ~Mount();
  Mount(const Mount&) = delete;
  Mount& operator=(const Mount&) = delete;

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  // Last component of the mount point: the name of its root directory as a user knows it.
  std::string name() const { return path_.substr(path_.rfind('/') + 1); }
  const std::string& dev() const { return dev_; }  // as in mountinfo
  Usage usage() const;
  bool remount(const std::string& options) const;  // false with errno set
  void detach();

 private:
  std::string path_;
  std::string dev_;
  bool mounted_ = true;
};

// An empty directory for a mount that a case makes itself.
std::string fresh_directory();
// Everything below the directory, crossing no mount.
void remove_tree(const std::string& path);

}  // namespace guest
