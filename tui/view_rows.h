// SPDX-License-Identifier: Apache-2.0
// The tables: what stands in their columns. Pure functions of a snapshot or of the event log.
#pragma once

#include <string>
#include <vector>

#include "model/snapshot.h"
#include "tui/event_log.h"
#include "tui/view_table.h"

namespace tmpfstrace {

Table superblock_table(const Snapshot& snapshot);
Table cgroup_table(const Snapshot& snapshot);

// One row a name pattern of files.
Table file_table(const Snapshot& snapshot);

// Events newer than the snapshot's interval are marked, like the rows that were refused in it.
Table event_table(const EventLog& log, const Snapshot& snapshot);

// Where a superblock is seen: one of its mount points and how many more there are, or what it is.
std::string superblock_name(const Superblock& superblock);

// The cause of most of the refusals; "-" when there were none, or when none can be seen.
std::string cause_text(const std::vector<RefusalCount>& refusals);

}  // namespace tmpfstrace
