// SPDX-License-Identifier: Apache-2.0
// Cgroups made for the tests, on v2 or on the memory hierarchy of v1.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace guest {

struct CgroupRoot {
  std::string path;
  bool v2 = true;
};

// The hierarchy that has the memory controller; throws when there is none, or not of the wanted version.
CgroupRoot find_cgroup_root(const std::string& wanted);

class Cgroup {
 public:
  Cgroup(const CgroupRoot& root, const std::string& name);
  // Its processes must be gone.
  ~Cgroup();
  Cgroup(const Cgroup&) = delete;
  Cgroup& operator=(const Cgroup&) = delete;

  std::uint64_t id() const { return id_; }  // inode number of its directory
  std::string path() const { return "/" + name_; }
  const std::string& directory() const { return directory_; }
  void join() const;  // the calling process
  bool set_limit(std::int64_t bytes) const;
  bool lift_limit() const;
  bool remove();
  std::int64_t usage() const;  // memory.current or memory.usage_in_bytes; throws where there is none
  // memory.stat's shmem in bytes. The kernel flushes memory.stat lazily (64 updates a CPU may be held back for 2 s), so
  // updates enough are made first that it has to.
  std::int64_t shmem() const;

 private:
  const CgroupRoot& root_;
  std::string name_;
  std::string directory_;
  std::uint64_t id_ = 0;
  bool exists_ = true;
};

}  // namespace guest
