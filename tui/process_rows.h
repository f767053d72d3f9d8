// SPDX-License-Identifier: Apache-2.0
// Who makes files and who is refused, joined from what the kernel told of both. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tui/frame.h"
#include "tui/view_state.h"

namespace tmpfstrace {

// The processes of one name in one cgroup: there may have been thousands of them.
struct ProcessRow {
  RowKey key;
  CgroupId cgroup = 0;
  std::string cgroup_name;
  std::string comm;
  std::string executable;                // empty: not told
  std::uint32_t tgid = 0;                // of the last one
  std::optional<bool> lives;             // absent: nobody could look
  std::optional<std::uint64_t> created;  // files told, of all superblocks; absent: none was told
  std::uint64_t most_created = 0;
  std::string pattern;           // of most of these; empty: none was told
  std::uint64_t refused = 0;     // refusals kept in detail: not all where there are many
  std::string cause;             // of the last one
  std::uint64_t refused_ns = 0;  // CLOCK_REALTIME of the last one; 0: none
};

std::vector<ProcessRow> process_rows(const Frame& frame);

}  // namespace tmpfstrace
