// SPDX-License-Identifier: Apache-2.0
// --field: which fields of a document are printed. Of an array that a path leads through, each element is meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"

namespace tmpfstrace {

class FieldSelection {
 public:
  // The error names a path that no document has, and those that are like it.
  static Result<FieldSelection> of(const std::vector<std::string>& paths);

  // What is selected, and what tells documents apart, in the document's own order; then "fields", the paths. The
  // document is one of ours. Works on its text: to build a tree of what a host with 10,000 cgroups has to say costs
  // more than all else.
  std::string reduce(std::string_view document) const;

  struct Node {
    std::string name;
    bool whole = false;  // with all that is in it
    std::vector<Node> members{};
  };

 private:
  Node root_;
  std::string paths_;  // as a JSON array
};

}  // namespace tmpfstrace
