// SPDX-License-Identifier: Apache-2.0
#include "cgroup.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include "util.h"

namespace guest {
namespace {

// Anonymous pages come and go in the cgroup: more updates than the kernel may hold back.
void make_updates(const Cgroup& group) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    constexpr std::size_t size = 1024 * kPage;
    if (write_text(group.directory() + "/cgroup.procs", "0")) {
      void* area = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      if (area != MAP_FAILED) {
        ::madvise(area, size, MADV_NOHUGEPAGE);
        for (std::size_t at = 0; at < size; at += kPage) static_cast<volatile char*>(area)[at] = 1;
      }
    }
    ::_exit(0);
  }
  if (pid > 0) ::waitpid(pid, nullptr, 0);
}

}  // namespace

CgroupRoot find_cgroup_root(const std::string& wanted) {
  std::istringstream mounts(read_text("/proc/mounts"));
  std::string line;
  CgroupRoot found;
  while (std::getline(mounts, line)) {
    std::istringstream fields(line);
    std::string source, path, type, options;
    fields >> source >> path >> type >> options;
    const bool v1 = type == "cgroup" && ("," + options + ",").find(",memory,") != std::string::npos;
    const bool v2 = type == "cgroup2" && read_text(path + "/cgroup.controllers").find("memory") != std::string::npos;
    if ((v1 && wanted != "v2") || (v2 && wanted != "v1")) found = {path, v2};
  }
  if (found.path.empty()) throw std::runtime_error("no cgroup hierarchy " + wanted + " with the memory controller");
  if (found.v2) write_text(found.path + "/cgroup.subtree_control", "+memory");
  return found;
}

Cgroup::Cgroup(const CgroupRoot& root, const std::string& name)
    : root_(root), name_(name), directory_(root.path + "/" + name) {
  struct stat st {};
  ::rmdir(directory_.c_str());  // left by a run that was cut off
  const bool made = ::mkdir(directory_.c_str(), 0755) == 0 && ::stat(directory_.c_str(), &st) == 0;
  if (!made) throw_errno("mkdir " + directory_);
  id_ = st.st_ino;
}

Cgroup::~Cgroup() {
  // The last exiting process leaves its cgroup a moment after it was waited for.
  poll_until(std::chrono::seconds(5), [this] { return remove(); });
}

bool Cgroup::remove() {
  if (exists_ && (::rmdir(directory_.c_str()) == 0 || errno == ENOENT)) exists_ = false;
  return !exists_;
}

void Cgroup::join() const {
  if (!write_text(directory_ + "/cgroup.procs", "0")) throw_errno("join " + directory_);
}

bool Cgroup::set_limit(std::int64_t bytes) const {
  return write_text(directory_ + (root_.v2 ? "/memory.max" : "/memory.limit_in_bytes"), std::to_string(bytes));
}

bool Cgroup::lift_limit() const {
  return root_.v2 ? write_text(directory_ + "/memory.max", "max")
                  : write_text(directory_ + "/memory.limit_in_bytes", "-1");
}

std::int64_t Cgroup::usage() const {
  const std::string file = directory_ + (root_.v2 ? "/memory.current" : "/memory.usage_in_bytes");
  const std::string text = read_text(file);
  if (text.empty()) throw std::runtime_error(file + " cannot be read");
  return std::strtoll(text.c_str(), nullptr, 10);
}

std::int64_t Cgroup::shmem() const {
  make_updates(*this);
  return read_key(directory_ + "/memory.stat", "shmem");
}

}  // namespace guest
