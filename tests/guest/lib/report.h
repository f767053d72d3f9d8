// SPDX-License-Identifier: Apache-2.0
// One line a case, with the seconds it took, and the closing line, on stdout and in the result file.
#pragma once

#include <cstdint>
#include <string>

#include "util.h"

namespace guest {

struct Drift {
  std::int64_t pages = 0;
  std::int64_t inodes = 0;
};

class Report {
 public:
  explicit Report(const std::string& result_file);
  void pass(const std::string& name);
  void fail(const std::string& name, const std::string& reason);
  void skip(const std::string& name, const std::string& reason);
  void line(const std::string& text);
  bool good() const { return failed_ == 0 && passed_ > 0; }
  std::string counts() const;

 private:
  void verdict(const std::string& what, const std::string& reason);

  Fd result_;
  std::uint64_t last_ns_ = monotonic_ns();  // when the last verdict fell: the next case has taken the time since
  int passed_ = 0;
  int failed_ = 0;
  int skipped_ = 0;
};

}  // namespace guest
