// SPDX-License-Identifier: Apache-2.0
#include "model/mounts.h"

#include <algorithm>
#include <tuple>

namespace tmpfstrace {

std::string shortest_mount(const Superblock& superblock) {
  const auto shortest =
      std::min_element(superblock.mounts.begin(), superblock.mounts.end(), [](const Mount& a, const Mount& b) {
        // "/" is how kdevtmpfs sees /dev.
        const auto rank = [](const Mount& mount) {
          return std::tuple(mount.root != "/", mount.mount_point == "/", mount.mount_point.size());
        };
        return rank(a) < rank(b);
      });
  return shortest == superblock.mounts.end() ? std::string() : shortest->mount_point;
}

}  // namespace tmpfstrace
