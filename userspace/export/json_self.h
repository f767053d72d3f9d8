// SPDX-License-Identifier: Apache-2.0
// What the tool itself costs, as JSON: "self" of docs/json.md.
#pragma once

#include "model/json_writer.h"
#include "model/self_cost.h"

namespace tmpfstrace {

// The value; the key is the caller's.
void write_self(JsonWriter& json, const SelfView& self);

}  // namespace tmpfstrace
