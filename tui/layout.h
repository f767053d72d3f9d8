// SPDX-License-Identifier: Apache-2.0
// The choices of the user that outlive a run, as JSON: view, orders, columns, window of the graphs, mouse. Not what
// belongs to a moment: selections, filters, what is folded, a pause. Pure.
#pragma once

#include <string>

#include "model/result.h"
#include "tui/view_state.h"

namespace tmpfstrace {

std::string layout_to_json(const ViewState& state);

// What a later version wrote and this one does not know is left out. An error when it is no JSON object at all or a
// member has another type than ours.
Result<ViewState> layout_from_json(const std::string& text);

}  // namespace tmpfstrace
