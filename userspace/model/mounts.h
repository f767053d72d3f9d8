// SPDX-License-Identifier: Apache-2.0
// Names of a superblock.
#pragma once

#include <string>

#include "model/sample.h"

namespace tmpfstrace {

// Of the mounts of its root, the shortest mount point, which is mostly the one inside a container. Empty: no mount.
std::string shortest_mount(const Superblock& superblock);

// "0:45"
inline std::string device_text(const SuperblockId& id) {
  return std::to_string(id.major) + ":" + std::to_string(id.minor);
}

}  // namespace tmpfstrace
