// SPDX-License-Identifier: Apache-2.0
#include "sources/recorder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

namespace tmpfstrace {
namespace {

// So many refusals between two samples that they are better written than kept.
constexpr std::size_t pending_limit = std::size_t{1024} * 1024;

Result<void> write_all(int file, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return fail_errno("write", path, errno);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

bool is_same_file(const struct stat& a, const struct stat& b) { return a.st_dev == b.st_dev && a.st_ino == b.st_ino; }

// What /dev/stdout leads to, where a shell has redirected it to a file.
bool is_standard_output(const struct stat& facts) {
  struct stat output {};
  return ::fstat(STDOUT_FILENO, &output) == 0 && is_same_file(facts, output);
}

// A regular file is made ours alone and emptied, or refused: a recording holds names of all users, and a directory
// that others may write to can hold a file or a symbolic link of theirs. Pipes and terminals are as their owner made
// them, also where a symbolic link leads there (/dev/stdout, /dev/fd/63).
Result<UniqueFd> open_output(const std::string& path) {
  constexpr int flags = O_WRONLY | O_CLOEXEC | O_NOCTTY;
  UniqueFd file(::open(path.c_str(), flags | O_CREAT | O_NOFOLLOW, 0600));
  const bool is_link = !file && errno == ELOOP;
  if (is_link) file = UniqueFd(::open(path.c_str(), flags));
  if (!file) return fail_errno("create", path, errno);
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0) return fail_errno("look at", path, errno);
  if (S_ISBLK(facts.st_mode)) return fail(fmt::format("cannot record to {}: it is a block device", path));
  if (!S_ISREG(facts.st_mode)) return file;
  if (is_link && !is_standard_output(facts)) {
    return fail(fmt::format("cannot record to {}: it is a symbolic link", path), "name the file itself", ELOOP);
  }
  if (facts.st_uid != ::geteuid()) {
    return fail(fmt::format("cannot record to {}: the file belongs to another user", path),
                "only the owner may read a recording: remove the file or take another name", EEXIST);
  }
  if (::fchmod(file.get(), 0600) != 0) return fail_errno("keep others from reading", path, errno);
  if (::ftruncate(file.get(), 0) != 0) return fail_errno("empty", path, errno);
  return file;
}

}  // namespace

Recorder::Recorder(std::string path, UniqueFd file, std::optional<ZstdEncoder> encoder)
    : path_(std::move(path)), file_(std::move(file)), encoder_(std::move(encoder)) {}

Result<Recorder> Recorder::create(const std::string& path, const RecordingHeader& header) {
  Result<UniqueFd> file = open_output(path);
  if (!file) return tl::unexpected(file.error());
  std::optional<ZstdEncoder> encoder;
  if (path.ends_with(".zst")) {
    Result<ZstdEncoder> created = ZstdEncoder::create();
    if (!created) return tl::unexpected(created.error());
    encoder = std::move(*created);
  }
  Recorder recorder(path, std::move(*file), std::move(encoder));
  if (Result<void> added = recorder.add_line(encode_header(header)); !added) return tl::unexpected(added.error());
  if (Result<void> flushed = recorder.flush(); !flushed) return tl::unexpected(flushed.error());
  return recorder;
}

Result<void> Recorder::write(const Sample& sample) {
  if (Result<void> added = add_line(encode_sample(sample)); !added) return added;
  return flush();
}

Result<void> Recorder::write(const RefusalEvent& event) { return add_line(encode_event(event)); }

Result<void> Recorder::finish() {
  if (encoder_) {
    if (Result<void> ended = encoder_->finish(pending_); !ended) return ended;
  }
  return write_pending();
}

Result<void> Recorder::add_line(std::string_view line) {
  if (!encoder_) {
    pending_.append(line).append("\n");
  } else {
    if (Result<void> put = encoder_->put(line, pending_); !put) return put;
    if (Result<void> put = encoder_->put("\n", pending_); !put) return put;
  }
  return pending_.size() < pending_limit ? Result<void>() : write_pending();
}

Result<void> Recorder::flush() {
  if (encoder_) {
    if (Result<void> flushed = encoder_->flush(pending_); !flushed) return flushed;
  }
  return write_pending();
}

Result<void> Recorder::write_pending() {
  Result<void> written = write_all(file_.get(), pending_, path_);
  pending_.clear();
  return written;
}

}  // namespace tmpfstrace
