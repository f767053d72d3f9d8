// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include <fcntl.h>

#include <cstdio>

namespace guest {

Report::Report(const std::string& result_file) {
  if (!result_file.empty()) result_ = open_file(result_file, O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY, 0644);
}

void Report::pass(const std::string& name) {
  ++passed_;
  verdict("PASS " + name, "");
}

void Report::fail(const std::string& name, const std::string& reason) {
  ++failed_;
  verdict("FAIL " + name, ": " + reason);
}

void Report::skip(const std::string& name, const std::string& reason) {
  ++skipped_;
  verdict("SKIP " + name, ": " + reason);
}

void Report::verdict(const std::string& what, const std::string& reason) {
  const std::uint64_t now = monotonic_ns();
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, " (%.1f s)", static_cast<double>(now - last_ns_) / 1e9);
  last_ns_ = now;
  line(what + reason + seconds);
}

void Report::line(const std::string& text) {
  std::puts(text.c_str());
  std::fflush(stdout);
  const std::string with_end = text + "\n";
  if (result_.get() >= 0 && ::write(result_.get(), with_end.data(), with_end.size()) < 0) {
    std::perror("result file");
  }
}

std::string Report::counts() const {
  return "passed=" + std::to_string(passed_) + " failed=" + std::to_string(failed_) +
         " skipped=" + std::to_string(skipped_);
}

}  // namespace guest
