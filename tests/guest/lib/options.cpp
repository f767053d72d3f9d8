// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <cstdio>
#include <cstdlib>

#include "util.h"

namespace guest {
namespace {

constexpr const char* kUsage =
    "usage: guest-test --tool PATH [--hooks auto|fentry|kprobe] [--cgroup v1|v2] [--seed N] [--ops N]\n"
    "                  [--short-lived N] [--only PATTERN] [--without NAME]… [--list] [--result FILE]\n"
    "                  [--documents FILE]\n"
    "Runs as root. Provokes what a tmpfs can do, and compares what the tool counts with the kernel's own books.\n";

}  // namespace

Options parse_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--list") {
      options.list = true;
      continue;
    }
    if (name == "--help" || i + 1 == argc) {
      std::fputs(kUsage, name == "--help" ? stdout : stderr);
      std::exit(name == "--help" ? 0 : 2);
    }
    const std::string value = argv[++i];
    if (name == "--tool") {
      options.tool = value;
    } else if (name == "--hooks") {
      options.hooks = value;
    } else if (name == "--cgroup") {
      options.cgroup = value;
    } else if (name == "--only") {
      options.only = value;
    } else if (name == "--result") {
      options.result = value;
    } else if (name == "--documents") {
      options.documents = value;
    } else if (name == "--without") {
      options.without.insert(value);
    } else if (name == "--seed") {
      options.seed = std::strtoull(value.c_str(), nullptr, 0);
    } else if (name == "--ops") {
      options.ops = std::strtoull(value.c_str(), nullptr, 0);
    } else if (name == "--short-lived") {
      options.short_lived = std::strtoull(value.c_str(), nullptr, 0);
    } else {
      std::fprintf(stderr, "guest-test: unknown option %s\n%s", name.c_str(), kUsage);
      std::exit(2);
    }
  }
  if (options.seed == 0) options.seed = monotonic_ns() % 1'000'000'007;
  return options;
}

}  // namespace guest
