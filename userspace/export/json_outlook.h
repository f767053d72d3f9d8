// SPDX-License-Identifier: Apache-2.0
// What is to be expected and what is wrong, as JSON: "outlook", "verdicts" and "node_memory" of docs/json.md.
#pragma once

#include "model/json_writer.h"
#include "model/snapshot.h"

namespace tmpfstrace {

void write_outlook(JsonWriter& json, const Outlook& outlook);  // with its key; null when nothing is known
void write_node(JsonWriter& json, const NodeMemory& node);     // the value
void write_verdict(JsonWriter& json, const Verdict& verdict);  // the value

}  // namespace tmpfstrace
