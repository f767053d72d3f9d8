// SPDX-License-Identifier: Apache-2.0
// The lines of a file, decompressed where it is zstd (told by its first bytes, not by its name).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "host/unique_fd.h"
#include "model/result.h"
#include "sources/zstd_stream.h"

namespace tmpfstrace {

class LineReader {
 public:
  // A forged or damaged file must not make the reader take all memory.
  static constexpr std::size_t longest_line = std::size_t{64} * 1024 * 1024;

  static Result<LineReader> open(const std::string& path);

  // The next whole line without its newline; empty at a sound end of the file. Lines that precede damage come first,
  // then the error, and then nothing more can be read.
  Result<std::optional<std::string>> next();

  // Where the line that next() returned last begins, or where the damage is. Both in the decompressed text.
  std::uint64_t line_number() const { return line_number_; }  // from 1
  std::uint64_t byte_offset() const { return line_offset_; }

  // How much of the file has been read, 0 to 1; of a pipe 0.
  double progress() const;
  bool is_regular_file() const { return size_bytes_.has_value(); }

 private:
  LineReader(UniqueFd file, const std::string& beginning, std::optional<ZstdDecoder> decoder);

  bool take_line(std::string& line);
  void read_more();
  void accept(std::string_view bytes);
  void note_size();
  std::string problem_at_end() const;

  UniqueFd file_;
  std::optional<ZstdDecoder> decoder_;
  std::optional<std::uint64_t> size_bytes_;  // when it was opened; absent: it is no regular file
  std::uint64_t read_bytes_ = 0;
  std::string text_;  // decompressed and not yet taken from position_ on
  std::size_t position_ = 0;
  std::size_t searched_ = 0;  // no newline between position_ and here
  std::uint64_t next_offset_ = 0;
  std::uint64_t line_offset_ = 0;
  std::uint64_t line_number_ = 0;
  bool at_end_ = false;
  std::string problem_;  // reported once the lines before it are gone
};

}  // namespace tmpfstrace
