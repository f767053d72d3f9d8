// SPDX-License-Identifier: Apache-2.0
// What a name in Sample::losses stands for, as docs/json.md explains each of them.
#pragma once

#include <string_view>

namespace tmpfstrace {

enum class LossKind {
  Count,       // a count, or the detail of a refusal, may be missing or off; also of a name that is not known
  NotReached,  // something could not be looked at, or nobody told; what was counted holds
  Harmless,    // no count and no refusal is touched: a name of a stack, a bookkeeping of its own
};

LossKind loss_kind(std::string_view name);

}  // namespace tmpfstrace
