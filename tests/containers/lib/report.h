// SPDX-License-Identifier: Apache-2.0
// What a case found, printed as one line: "ok NAME (12.3 s, NUMBERS)" or "FAIL NAME WHY".
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace containers {

class Report {
 public:
  void expect(bool holds, const std::string& what) {
    if (!holds) wrong_.push_back(what);
  }
  void number(const std::string& text) { numbers_ += ", " + text; }
  void line(const std::string& text) { lines_.push_back(text); }  // printed indented, below

 private:
  friend class Cases;

  std::vector<std::string> wrong_, lines_;
  std::string numbers_;
};

class Cases {
 public:
  // An exception is a failure.
  void run(const std::string& name, const std::function<void(Report&)>& body);
  // Prints the sum; the exit code.
  int finish() const;

 private:
  int passed_ = 0, failed_ = 0;
};

}  // namespace containers
