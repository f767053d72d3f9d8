// SPDX-License-Identifier: Apache-2.0
#include "sources/recorder.h"

#include <fcntl.h>

#include <cerrno>
#include <cstddef>
#include <utility>

namespace tmpfstrace {
namespace {

// So many refusals between two samples that they are better written than kept.
constexpr std::size_t pending_limit = 1024 * 1024;

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

}  // namespace

Recorder::Recorder(std::string path, UniqueFd file, std::optional<ZstdEncoder> encoder)
    : path_(std::move(path)), file_(std::move(file)), encoder_(std::move(encoder)) {}

Result<Recorder> Recorder::create(const std::string& path, const RecordingHeader& header) {
  UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file) return fail_errno("create", path, errno);
  std::optional<ZstdEncoder> encoder;
  if (path.ends_with(".zst")) {
    Result<ZstdEncoder> created = ZstdEncoder::create();
    if (!created) return tl::unexpected(created.error());
    encoder = std::move(*created);
  }
  Recorder recorder(path, std::move(file), std::move(encoder));
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
