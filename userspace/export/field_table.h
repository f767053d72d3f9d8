// SPDX-License-Identifier: Apache-2.0
// The names of all fields of the documents of `tmpfstrace json`, as docs/schema has them.
#pragma once

#include <span>
#include <string_view>

namespace tmpfstrace {

struct FieldName {
  std::string_view name;
  std::span<const FieldName> members{};  // of the object, or of each object of the array
  bool any_member = false;               // names below are data: those of losses, of labels
};

// Those of samples, events and alerts together.
std::span<const FieldName> document_fields();

}  // namespace tmpfstrace
