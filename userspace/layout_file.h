// SPDX-License-Identifier: Apache-2.0
// Where `top` keeps the user's choices between two runs. A file that can be deleted without harm.
#pragma once

#include <optional>
#include <string>

#include "model/result.h"
#include "tui/view_state.h"

namespace tmpfstrace {

class LayoutFile {
 public:
  // Empty: nothing is read and nothing is written.
  explicit LayoutFile(std::string path) : path_(std::move(path)) {}

  // $XDG_CONFIG_HOME/tmpfstrace/top.json, or below ~/.config; empty where neither variable is set.
  static std::string default_path();

  // The defaults where there is no file. An error says why the one that there is was not taken.
  Result<ViewState> load();

  // Only when something differs from what load() gave. The directory is made; the file is replaced as a whole, and a
  // symbolic link in its place is not followed.
  Result<void> save(const ViewState& state) const;

 private:
  std::string path_;
  std::string loaded_;  // as it would be written
};

}  // namespace tmpfstrace
