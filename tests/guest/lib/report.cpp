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
  line("PASS " + name);
}

void Report::fail(const std::string& name, const std::string& reason) {
  ++failed_;
  line("FAIL " + name + ": " + reason);
}

void Report::skip(const std::string& name, const std::string& reason) {
  ++skipped_;
  line("SKIP " + name + ": " + reason);
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
