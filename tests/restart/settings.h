// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace guest {

struct Settings {
  std::string tool = "/bin/tmpfstrace";
  std::string upgrade;             // the tool of the second half of the kills, of the same layout; empty: the same
  std::string programs = "other";  // of the upgrade: "same", "other", or "any" where it is not known
  std::string relayout;            // one of another layout, tried at the end; empty: none
  std::string command = "json";    // what is killed, with its own options; the books are compared by json
  bool prints = true;              // it prints samples as json does, or an agent with --json -
  bool other_tables = false;       // it asks for other ones than json, which pinned: an agent does
  std::string mode = "exact";
  std::string hooks = "auto";
  int kills = 100;
  int starts = 3;  // that are killed before they have pinned all
  std::uint64_t seed = 1;
};

// Prints the reason and ends the program when an option is unknown.
Settings parse_settings(int argc, char** argv);

}  // namespace guest
