// SPDX-License-Identifier: Apache-2.0
// The agent's own messages: lines on standard error, for a journal with their priority in front (sd-daemon(3)).
#pragma once

#include <string>

namespace tmpfstrace {

enum class LogLevel { error = 3, warning = 4, notice = 5, info = 6 };  // numbers of syslog(3)

class Log {
 public:
  // Looks once whether standard error is a journal's.
  Log();

  // One line, whatever the text holds: names may come from files, and from whoever made them.
  void write(LogLevel level, const std::string& text) const;

 private:
  bool to_journal_ = false;
};

}  // namespace tmpfstrace
