// SPDX-License-Identifier: Apache-2.0
#include "sources/line_reader.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fmt/format.h>

namespace tmpfstrace {
namespace {

// Small: all of a chunk is decompressed at once, and four forged bytes can stand for a block of 128 KiB.
constexpr std::size_t chunk_bytes = std::size_t{4} * 1024;

Result<std::string> read_chunk(int file) {
  std::string chunk(chunk_bytes, '\0');
  for (;;) {
    const ssize_t count = ::read(file, chunk.data(), chunk.size());
    if (count >= 0) {
      chunk.resize(static_cast<std::size_t>(count));
      return chunk;
    }
    if (errno != EINTR) return fail_errno("read", "the recording", errno);
  }
}

}  // namespace

LineReader::LineReader(UniqueFd file, const std::string& beginning, std::optional<ZstdDecoder> decoder)
    : file_(std::move(file)), decoder_(std::move(decoder)) {
  at_end_ = beginning.empty();
  note_size();
  accept(beginning);
}

Result<LineReader> LineReader::open(const std::string& path) {
  UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return fail_errno("open", path, errno);
  Result<std::string> beginning = read_chunk(file.get());
  if (!beginning) return fail_errno("read", path, beginning.error().code);
  std::optional<ZstdDecoder> decoder;
  if (ZstdDecoder::is_zstd(*beginning)) {
    Result<ZstdDecoder> created = ZstdDecoder::create();
    if (!created) return tl::unexpected(created.error());
    decoder = std::move(*created);
  }
  return LineReader(std::move(file), *beginning, std::move(decoder));
}

Result<std::optional<std::string>> LineReader::next() {
  std::string line;
  while (!take_line(line)) {
    if (searched_ - position_ > longest_line) problem_ = fmt::format("a line is longer than {} bytes", longest_line);
    if (problem_.empty() && !at_end_) {
      read_more();
      continue;
    }
    const std::string problem = problem_.empty() ? problem_at_end() : problem_;
    if (problem.empty()) return std::optional<std::string>();
    line_offset_ = next_offset_;
    ++line_number_;
    return fail(problem);
  }
  return std::optional(std::move(line));
}

bool LineReader::take_line(std::string& line) {
  const std::size_t end = std::min(text_.find('\n', std::max(position_, searched_)), text_.size());
  searched_ = end;
  if (end == text_.size() || end - position_ > longest_line) return false;
  line.assign(text_, position_, end - position_);
  line_offset_ = next_offset_;
  ++line_number_;
  next_offset_ += end + 1 - position_;
  position_ = end + 1;
  return true;
}

void LineReader::read_more() {
  text_.erase(0, position_);
  searched_ -= std::min(searched_, position_);
  position_ = 0;
  const Result<std::string> chunk = read_chunk(file_.get());
  if (!chunk) {
    problem_ = chunk.error().message;
  } else {
    at_end_ = chunk->empty();
    accept(*chunk);
  }
}

void LineReader::note_size() {
  struct stat facts {};
  if (::fstat(file_.get(), &facts) == 0 && S_ISREG(facts.st_mode))
    size_bytes_ = static_cast<std::uint64_t>(facts.st_size);
}

double LineReader::progress() const {
  if (!size_bytes_ || *size_bytes_ == 0) return 0;
  return std::min(1.0, static_cast<double>(read_bytes_) / static_cast<double>(*size_bytes_));
}

void LineReader::accept(std::string_view bytes) {
  read_bytes_ += bytes.size();
  if (!decoder_) {
    text_ += bytes;
  } else if (const Result<void> decoded = decoder_->put(bytes, text_); !decoded) {
    problem_ = decoded.error().message;
  }
}

std::string LineReader::problem_at_end() const {
  if (decoder_ && decoder_->inside_frame())
    return "the compressed stream ends in the middle: cut, or its writer was killed";
  if (position_ < text_.size()) return "the last line is cut";
  return {};
}

}  // namespace tmpfstrace
