// SPDX-License-Identifier: Apache-2.0
// Lines to a file that is rotated by size, or to standard output. What cannot be written is counted and does not stop
// the agent: a full disk must not end what tells of full file systems.
#pragma once

#include <cstdint>
#include <string>

#include "host/unique_fd.h"
#include "model/result.h"

namespace tmpfstrace {

struct LineFileOptions {
  std::string path;                        // "-": standard output
  std::uint64_t max_bytes = 100ULL << 20;  // a file that would grow beyond is moved to PATH.1; 0: never
  std::uint32_t files = 5;                 // PATH, PATH.1 … are kept
};

class LineFile {
 public:
  static Result<LineFile> open(LineFileOptions options);

  // text: without its newline. The error is of the first line that is lost after one that was not.
  Result<void> write_line(const std::string& text);

  // After somebody else has moved the file away.
  Result<void> reopen();

  std::uint64_t lost() const { return lost_; }

 private:
  explicit LineFile(LineFileOptions options) : options_(std::move(options)) {}

  Result<void> rotate();
  Result<void> write_all(std::string_view text);
  bool is_stdout() const { return options_.path == "-"; }

  LineFileOptions options_;
  UniqueFd file_;
  std::uint64_t bytes_ = 0;
  std::uint64_t lost_ = 0;
  bool failing_ = false;
  bool line_is_open_ = false;  // a line was written in part: the next one begins with a newline
};

}  // namespace tmpfstrace
