// SPDX-License-Identifier: Apache-2.0
// The superblocks as a table of a page, the worst first. See html_page.h.
#pragma once

#include <cstddef>
#include <string>

#include "model/snapshot.h"

namespace tmpfstrace {

std::string superblock_table_of(const Snapshot& snapshot, std::size_t most_rows);

}  // namespace tmpfstrace
