// SPDX-License-Identifier: Apache-2.0
#include "documents.h"

#include <fcntl.h>
#include <zstd.h>

#include <array>
#include <stdexcept>

#include "util.h"

namespace guest {
namespace {

constexpr int kLevel = 1;
// A sample repeats most of the one before: on a guest with thousands of cgroups that is megabytes ago.
constexpr int kWindowLog = 23;

}  // namespace

void Documents::Deleter::operator()(ZSTD_CCtx_s* context) const { ZSTD_freeCCtx(context); }

Documents::Documents() : context_(ZSTD_createCCtx()) {
  if (!context_) throw std::runtime_error("no memory to keep documents");
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_windowLog, kWindowLog);
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
}

Documents::~Documents() = default;

void Documents::add(std::string_view line) {
  const std::lock_guard lock(mutex_);
  compress(line, false);
  compress("\n", false);
  ++count_;
}

void Documents::add_lines(std::string_view text) {
  for (std::size_t end = 0; (end = text.find('\n')) != std::string_view::npos; text.remove_prefix(end + 1))
    add(text.substr(0, end));
}

void Documents::compress(std::string_view text, bool end) {
  std::array<char, 1 << 16> buffer;
  ZSTD_inBuffer in{text.data(), text.size(), 0};
  for (;;) {
    ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
    const std::size_t left = ZSTD_compressStream2(context_.get(), &out, &in, end ? ZSTD_e_end : ZSTD_e_continue);
    if (ZSTD_isError(left) != 0) throw std::runtime_error(std::string("zstd: ") + ZSTD_getErrorName(left));
    kept_.append(buffer.data(), out.pos);
    if (end ? left == 0 : in.pos == in.size) return;
  }
}

void Documents::write(const std::string& path) {
  const std::lock_guard lock(mutex_);
  compress("", true);
  const Fd file = open_file(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY);
  for (std::string_view rest = kept_; !rest.empty();) {
    const ssize_t written = ::write(file.get(), rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) throw_errno("write " + path);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::uint64_t Documents::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

}  // namespace guest
