// SPDX-License-Identifier: Apache-2.0
// What the tool itself costs, as text.
#pragma once

#include <string>
#include <vector>

#include "model/self_cost.h"

namespace tmpfstrace {

// One short field, the longest form first.
std::vector<std::string> self_texts(const SelfView& self);

// All of it, a sentence or a program a line.
std::vector<std::string> self_lines(const SelfView& self);

}  // namespace tmpfstrace
