// SPDX-License-Identifier: Apache-2.0
// A /proc of processes in two mount namespaces, and what a scan of it finds.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "../support/temp_tree.h"
#include "model/sample.h"

namespace tmpfstrace::test {

// Null: none has this device number, whose major number is 0.
inline const Superblock* find(const std::vector<Superblock>& superblocks, std::uint32_t minor) {
  for (const auto& superblock : superblocks) {
    if (superblock.id.major == 0 && superblock.id.minor == minor) return &superblock;
  }
  return nullptr;
}

// Two namespaces: the host's (processes 1, 20 and a chrooted 3) and a container's (400). 21 is a zombie.
inline void make_proc(const TempTree& tree) {
  tree.file("namespaces/host", "");
  tree.file("namespaces/container", "");
  for (const auto* pid : {"1", "3", "20"})
    tree.symlink("proc/" + std::string(pid) + "/ns/mnt", "../../../namespaces/host");
  tree.symlink("proc/400/ns/mnt", "../../../namespaces/container");
  tree.directory("proc/21");
  for (const auto* pid : {"1", "20", "400"}) tree.symlink("proc/" + std::string(pid) + "/root", "/");
  tree.symlink("proc/3/root", "/var/empty");
  tree.file("proc/1/mountinfo", host_fixture("mountinfo_node.txt"));
  tree.file("proc/20/mountinfo", host_fixture("mountinfo_node.txt"));
  tree.file("proc/3/mountinfo", "");
  tree.file("proc/400/mountinfo", host_fixture("mountinfo_container.txt"));
}

}  // namespace tmpfstrace::test
