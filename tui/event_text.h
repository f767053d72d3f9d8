// SPDX-License-Identifier: Apache-2.0
// Parts of a refusal in words.
#pragma once

#include <string>

#include "model/sample.h"
#include "tui/format.h"

namespace tmpfstrace {

inline std::string or_absent(const std::string& text) { return text.empty() ? absent_text : text; }

// A file's name with the last component of its directory: all that the kernel tells cheaply.
inline std::string file_text(const RefusalEvent& event) {
  if (event.file.empty()) return absent_text;
  return event.directory.empty() || event.directory == "/" ? event.file : event.directory + "/" + event.file;
}

inline std::string who_text(const RefusalEvent& event) {
  return event.owner ? owner_text(*event.owner) : or_absent(event.cgroup_path);
}

}  // namespace tmpfstrace
