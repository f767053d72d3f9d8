// SPDX-License-Identifier: Apache-2.0
// The documents of docs/json.md, one line each, without the newline.
#pragma once

#include <string>

#include "model/sample.h"
#include "model/snapshot.h"

namespace tmpfstrace {

std::string sample_to_json(const Snapshot& snapshot);
std::string event_to_json(const RefusalEvent& event);
std::string limit_change_to_json(const LimitChange& change, const Snapshot& snapshot);

}  // namespace tmpfstrace
