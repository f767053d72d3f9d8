// SPDX-License-Identifier: Apache-2.0
// The tables: what stands in their columns. Pure functions of a frame, which must live as long as the table.
#pragma once

#include <string>
#include <vector>

#include "model/snapshot.h"
#include "tui/frame.h"
#include "tui/view_table.h"

namespace tmpfstrace {

// Rows of what has gone since the snapshot before stay for one interval, dimmed.
Table superblock_table(const Frame& frame);
Table cgroup_table(const Frame& frame, bool tree);

// One row a name pattern of files.
Table file_table(const Frame& frame);

// Who makes files or is refused: one row for the processes of one name in one cgroup.
Table process_table(const Frame& frame);

// Events newer than the snapshot's interval are marked, like the rows that were refused in it.
Table event_table(const Frame& frame);

Table notice_table(const Frame& frame);

// Where a superblock is seen: one of its mount points and how many more there are, or what it is.
std::string superblock_name(const Superblock& superblock);

// Whose it is; "-" where nobody is known.
std::string owner_of(const Superblock& superblock);

// The cause of most of the refusals; "-" when there were none, or when none can be seen.
std::string cause_text(const std::vector<RefusalCount>& refusals);

// The object of a row, also of one that has gone and stays for an interval; null: there is none.
const SuperblockView* find_superblock(const Frame& frame, const RowKey& key);
const CgroupView* find_cgroup(const Frame& frame, CgroupId id);

// A cgroup in the words of its owner, else its path.
std::string cgroup_name(const Frame& frame, CgroupId id);

}  // namespace tmpfstrace
