// SPDX-License-Identifier: Apache-2.0
// --only and --field: which documents of `tmpfstrace json` are printed, and what of each.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "export/field_selection.h"
#include "model/result.h"

namespace tmpfstrace {

inline constexpr std::string_view document_types[] = {"sample", "event", "alert"};

class DocumentFilter {
 public:
  DocumentFilter() = default;  // everything

  // Types and paths that the options have checked; empty: all.
  static Result<DocumentFilter> of(const std::vector<std::string>& types, const std::vector<std::string>& paths) {
    DocumentFilter filter;
    filter.types_ = types;
    if (paths.empty()) return filter;
    Result<FieldSelection> fields = FieldSelection::of(paths);
    if (!fields) return tl::unexpected(fields.error());
    filter.fields_ = std::move(*fields);
    return filter;
  }

  bool wants(std::string_view type) const { return types_.empty() || std::ranges::find(types_, type) != types_.end(); }
  std::string reduce(std::string document) const { return fields_ ? fields_->reduce(document) : std::move(document); }

 private:
  std::vector<std::string> types_;
  std::optional<FieldSelection> fields_;
};

}  // namespace tmpfstrace
