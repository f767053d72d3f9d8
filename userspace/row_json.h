// SPDX-License-Identifier: Apache-2.0
// One row of the live view as JSON, for a ticket or a script.
#pragma once

#include <string>

#include "tui/frame.h"
#include "tui/view_state.h"

namespace tmpfstrace {

// Indented. A superblock and a cgroup as they are in a document "sample", a refusal as the document "event"; the other
// rows under the names of their columns. Empty: there is no such row any more.
std::string row_to_json(const Frame& frame, View view, const RowKey& key);

}  // namespace tmpfstrace
