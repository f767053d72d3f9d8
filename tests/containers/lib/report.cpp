// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include <cstdio>
#include <exception>

#include "util.h"

namespace containers {

void Cases::run(const std::string& name, const std::function<void(Report&)>& body) {
  const std::uint64_t start = monotonic_ns();
  Report report;
  try {
    body(report);
  } catch (const std::exception& error) {
    report.wrong_.push_back(error.what());
  }
  if (report.wrong_.empty()) {
    ++passed_;
    std::printf("ok   %s (%.1f s%s)\n", name.c_str(), seconds(monotonic_ns() - start), report.numbers_.c_str());
  } else {
    ++failed_;
    std::string all;
    for (const std::string& wrong : report.wrong_) all += (all.empty() ? "" : "; ") + wrong;
    std::printf("FAIL %s %s%s\n", name.c_str(), all.c_str(), report.numbers_.c_str());
  }
  for (const std::string& line : report.lines_) std::printf("     %s\n", line.c_str());
  std::fflush(stdout);
}

int Cases::finish() const {
  std::printf("%d passed, %d failed\n", passed_, failed_);
  std::fflush(stdout);
  return failed_ == 0 && passed_ > 0 ? 0 : 1;
}

}  // namespace containers
