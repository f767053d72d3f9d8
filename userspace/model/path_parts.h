// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

namespace tmpfstrace {

// The parts of a path between its separators, without empty ones. They point into the path.
inline std::vector<std::string_view> split_path(std::string_view path, char separator = '/') {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const std::size_t end = path.find(separator);
    if (end != 0) parts.push_back(path.substr(0, end));
    path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
  }
  return parts;
}

}  // namespace tmpfstrace
