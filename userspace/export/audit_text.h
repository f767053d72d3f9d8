// SPDX-License-Identifier: Apache-2.0
// `tmpfstrace audit`: every tmpfs of the node by risk, for a reader and for a script.
#pragma once

#include <string>

#include "model/snapshot.h"

namespace tmpfstrace {

// The worst that a superblock has; absent: nothing is wrong with it.
std::optional<Severity> worst_of(const Snapshot& snapshot, const SuperblockId& id);

// A line for each superblock, the sentence of what is wrong below it, and what could not be looked at. Names are bytes
// as they are: the caller makes them fit for a terminal.
std::string audit_to_text(const Snapshot& snapshot);

// One document:
// {"schema","type":"audit","superblocks":[{"risk","dev","mount_point",…,"verdicts":[…]}],"not_reached":{…}}.
std::string audit_to_json(const Snapshot& snapshot);

}  // namespace tmpfstrace
