// SPDX-License-Identifier: Apache-2.0
#include "mount.h"

#include <dirent.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstring>

#include "util.h"

namespace guest {
namespace {

constexpr const char* kBase = "/mnt/tt";

}  // namespace

std::string fresh_directory() {
  static int number = 0;
  ::mkdir("/mnt", 0755);
  ::mkdir(kBase, 0755);
  std::string path;
  do {
    path = std::string(kBase) + "/m" + std::to_string(++number);
  } while (::mkdir(path.c_str(), 0755) != 0 && errno == EEXIST);
  return path;
}

Mount::Mount(const std::string& options, const std::string& type, const std::string& source)
    : path_(fresh_directory()) {
  struct stat st {};
  if (::mount(source.c_str(), path_.c_str(), type.c_str(), 0, options.c_str()) != 0) {
    const int reason = errno;
    ::rmdir(path_.c_str());
    errno = reason;
    throw_errno("mount -t " + type + " -o " + options);
  }
  if (::stat(path_.c_str(), &st) != 0) throw_errno("stat " + path_);
  dev_ = std::to_string(major(st.st_dev)) + ":" + std::to_string(minor(st.st_dev));
}

Mount::~Mount() {
  detach();
  ::rmdir(path_.c_str());
}

void Mount::detach() {
  if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
  mounted_ = false;
}

Usage Mount::usage() const {
  struct statfs st {};
  if (::statfs(path_.c_str(), &st) != 0) throw_errno("statfs " + path_);
  return {static_cast<std::int64_t>(st.f_blocks - st.f_bfree) * st.f_bsize,
          static_cast<std::int64_t>(st.f_files - st.f_ffree), static_cast<std::int64_t>(st.f_bfree) * st.f_bsize};
}

bool Mount::remount(const std::string& options) const {
  return ::mount("tmpfs", path_.c_str(), "tmpfs", MS_REMOUNT, options.c_str()) == 0;
}

void remove_tree(const std::string& path) {
  DIR* dir = ::opendir(path.c_str());
  if (dir == nullptr) return;
  while (const dirent* entry = ::readdir(dir)) {
    if (std::strcmp(entry->d_name, ".") == 0 || std::strcmp(entry->d_name, "..") == 0) continue;
    const std::string child = path + "/" + entry->d_name;
    if (entry->d_type == DT_DIR) {
      remove_tree(child);
      ::rmdir(child.c_str());
    } else {
      ::unlink(child.c_str());
    }
  }
  ::closedir(dir);
}

}  // namespace guest
