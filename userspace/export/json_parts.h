// SPDX-License-Identifier: Apache-2.0
// What all documents have in common.
#pragma once

#include <concepts>
#include <optional>
#include <string>

#include "model/json_writer.h"
#include "model/sample.h"

namespace tmpfstrace {

inline constexpr const char* document_schema = "tmpfstrace/1";

// Begins the document.
inline void write_head(JsonWriter& json, const char* type) {
  json.begin_object();
  json.field("schema", document_schema);
  json.field("type", type);
}

// Where the model keeps 0 or an empty string for what is not known, a document has null.
inline std::optional<std::string> if_known(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

template <std::integral Number>
std::optional<Number> if_known(Number number) {
  return number == 0 ? std::nullopt : std::optional(number);
}

}  // namespace tmpfstrace
