// SPDX-License-Identifier: Apache-2.0
#include "agent/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "model/utf8.h"

namespace tmpfstrace {
namespace {

// JOURNAL_STREAM names the device and inode of the journal's socket; who has redirected us since is no journal.
bool is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (stream == nullptr || fstat(STDERR_FILENO, &status) != 0) return false;
  return fmt::format("{}:{}", status.st_dev, status.st_ino) == stream;
}

const char* level_name(LogLevel level) {
  switch (level) {
    case LogLevel::error: return "error: ";
    case LogLevel::warning: return "warning: ";
    case LogLevel::notice:
    case LogLevel::info: return "";
  }
  return "";
}

}  // namespace

Log::Log() : to_journal_(is_journal()) {}

void Log::write(LogLevel level, const std::string& text) const {
  const std::string line = printable_utf8(text);
  if (to_journal_)
    std::fprintf(stderr, "<%d>%s\n", static_cast<int>(level), line.c_str());
  else
    std::fprintf(stderr, "tmpfstrace: %s%s\n", level_name(level), line.c_str());
}

}  // namespace tmpfstrace
