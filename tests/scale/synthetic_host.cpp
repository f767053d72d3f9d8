// SPDX-License-Identifier: Apache-2.0
#include "synthetic_host.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

namespace tmpfstrace::scale {
namespace {

void require(bool done, const std::string& what) {
  if (!done) throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

void enter_private_mounts() {
  require(::unshare(CLONE_NEWNS) == 0, "unshare");
  require(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "make mounts private");
}

SyntheticHost::SyntheticHost() {
  tree_.directory("m");
  // Everything lies on a tmpfs of its own, which goes with all mounts upon it.
  require(::mount("scale", tree_.path("m").c_str(), "tmpfs", 0, "size=16m") == 0, "mount");
  tree_.file("proc/sys/kernel/osrelease", "0-synthetic\n");
  tree_.file("cg/cgroup.controllers", "memory\n");
  add_processes(1);
}

SyntheticHost::~SyntheticHost() { ::umount2(tree_.path("m").c_str(), MNT_DETACH); }

HostPaths SyntheticHost::paths() const {
  HostPaths paths;
  paths.proc = tree_.path("proc");
  paths.cgroup = tree_.path("cg");
  paths.root = tree_.root();
  return paths;
}

void SyntheticHost::add_processes(int count) {
  for (int pid = 1; pid <= count; ++pid) {
    const std::string directory = "proc/" + std::to_string(pid);
    tree_.remove(directory);
    tree_.symlink(directory + "/ns/mnt", "/proc/self/ns/mnt");
    tree_.symlink(directory + "/mountinfo", "/proc/self/mountinfo");
    tree_.symlink(directory + "/root", "/");
  }
}

std::string SyntheticHost::pod_uid(int number) {
  return fmt::format("{:08x}-0000-4000-8000-0123456789ab", number / 100);
}

std::string SyntheticHost::cgroup_path(int number) const {
  return fmt::format("cg/kubepods/burstable/pod{}/{:064x}", pod_uid(number), number);
}

std::string SyntheticHost::state_path(int number) const {
  return fmt::format("run/containerd/io.containerd.runtime.v2.task/k8s.io/{:064x}", number);
}

CgroupId SyntheticHost::add_cgroup(int number) {
  const std::string path = cgroup_path(number);
  tree_.file(path + "/memory.current", "16777216\n");
  tree_.file(path + "/memory.max", "268435456\n");
  tree_.file(path + "/memory.stat", test::host_fixture("memory_stat_v2.txt"));
  tree_.file(
      state_path(number) + "/config.json",
      fmt::format(R"({{"annotations":{{"io.kubernetes.cri.container-name":"c{}","io.kubernetes.cri.sandbox-name":"p",)"
                  R"("io.kubernetes.cri.sandbox-namespace":"n","io.kubernetes.cri.sandbox-uid":"{}"}}}})",
                  number, pod_uid(number)));
  return tree_.inode(path);
}

void SyntheticHost::remove_cgroup(int number) {
  tree_.remove(cgroup_path(number));
  tree_.remove(state_path(number));
}

SuperblockId SyntheticHost::mount(int number) {
  const std::string where = mount_point(number);
  require(::mkdir(where.c_str(), 0700) == 0, where);
  require(::mount("scale", where.c_str(), "tmpfs", 0, "size=64k,nr_inodes=16") == 0, where);
  struct stat facts {};
  require(::stat(where.c_str(), &facts) == 0, where);
  return {gnu_dev_major(facts.st_dev), gnu_dev_minor(facts.st_dev), 1};
}

void SyntheticHost::unmount(int number) {
  const std::string where = mount_point(number);
  require(::umount2(where.c_str(), 0) == 0, where);
  require(::rmdir(where.c_str()) == 0, where);
}

}  // namespace tmpfstrace::scale
