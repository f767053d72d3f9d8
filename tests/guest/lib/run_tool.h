// SPDX-License-Identifier: Apache-2.0
// The tool's other commands: run to the end, with all that was printed.
#pragma once

#include <string>
#include <vector>

namespace guest {

struct Output {
  int code = -1;
  std::string out;
  std::string error;
};

// Its output goes to files: nobody has to read meanwhile.
Output run_tool(const std::string& path, const std::vector<std::string>& args);

}  // namespace guest
