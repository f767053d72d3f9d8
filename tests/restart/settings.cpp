// SPDX-License-Identifier: Apache-2.0
#include "settings.h"

#include <cstdio>
#include <cstdlib>

namespace guest {

Settings parse_settings(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i];
    const std::string value = i + 1 < argc ? argv[i + 1] : "";
    if (name == "--tool" && !value.empty()) {
      settings.tool = value;
    } else if (name == "--upgrade" && !value.empty()) {
      settings.upgrade = value;
    } else if (name == "--programs" && !value.empty()) {
      settings.programs = value;
    } else if (name == "--relayout" && !value.empty()) {
      settings.relayout = value;
    } else if (name == "--command" && !value.empty()) {
      settings.command = value;
      settings.other_tables = value.starts_with("agent") && value.find("--max-slots") == std::string::npos;
      settings.prints = value.starts_with("json") || value.find("--json -") != std::string::npos;
    } else if (name == "--mode" && !value.empty()) {
      settings.mode = value;
    } else if (name == "--hooks" && !value.empty()) {
      settings.hooks = value;
    } else if (name == "--kills" && !value.empty()) {
      settings.kills = std::atoi(value.c_str());
    } else if (name == "--starts" && !value.empty()) {
      settings.starts = std::atoi(value.c_str());
    } else if (name == "--seed" && !value.empty()) {
      settings.seed = std::strtoull(value.c_str(), nullptr, 0);
    } else {
      std::fputs(
          "usage: restart-test [--tool PATH] [--upgrade PATH] [--programs same|other|any] [--relayout PATH] [--command "
          "WORDS] [--mode "
          "exact|syscall] [--hooks auto|fentry|kprobe]\n"
          "                    [--kills N] [--starts N] [--seed N]\n"
          "Runs as root. Kills and restarts a tool with --pin under load, and compares what it counts.\n",
          stderr);
      std::exit(2);
    }
  }
  return settings;
}

}  // namespace guest
