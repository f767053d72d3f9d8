// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace guest {

struct Options {
  std::string tool = "/bin/tmpfstrace";
  std::string hooks = "auto";
  std::string cgroup;             // "v1", "v2", empty: whichever has the memory controller
  std::string only;               // run the cases whose name contains this
  std::set<std::string> without;  // cases that are skipped, and said to be
  std::vector<std::string> more;  // options of every tool
  std::string result;             // a copy of the output goes here
  std::string documents;          // all that the tool printed goes here, as a zstd file
  std::uint64_t seed = 0;
  std::uint64_t ops = 200'000;
  std::uint64_t short_lived = 10'000;
  bool list = false;
};

// Prints the reason and ends the program when an option is unknown.
Options parse_options(int argc, char** argv);

}  // namespace guest
