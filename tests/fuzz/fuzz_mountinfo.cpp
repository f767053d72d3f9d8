// SPDX-License-Identifier: Apache-2.0
// A mount table: mount points are named by whoever may mount, and a fixture or a foreign kernel may write anything.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "host/mount_reach.h"
#include "host/mount_table.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tmpfstrace;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const MountTable table = parse_mount_table(text);
  const MountReach reach = derive_mount_reach(table);
  // What must not be entered is listed.
  for (const auto* ids : {&reach.behind_remote, &reach.covered})
    for (const std::uint64_t id : *ids) {
      bool listed = false;
      for (const MountEntry& entry : table.entries) listed = listed || entry.mount_id == id;
      if (!listed) std::abort();
    }
  return 0;
}
