// SPDX-License-Identifier: Apache-2.0
// Streaming zstd on strings: no files here.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <zstd.h>

#include "model/result.h"

namespace tmpfstrace {

class ZstdEncoder {
 public:
  static Result<ZstdEncoder> create();

  // Appends to `out` whatever is ready. After flush() a reader can decode all that was put in so far.
  Result<void> put(std::string_view text, std::string& out) { return run(text, ZSTD_e_continue, out); }
  Result<void> flush(std::string& out) { return run({}, ZSTD_e_flush, out); }
  Result<void> finish(std::string& out) { return run({}, ZSTD_e_end, out); }

 private:
  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };
  using Context = std::unique_ptr<ZSTD_CCtx, Free>;

  explicit ZstdEncoder(Context context) : context_(std::move(context)) {}
  Result<void> run(std::string_view text, ZSTD_EndDirective directive, std::string& out);

  Context context_;
};

class ZstdDecoder {
 public:
  static Result<ZstdDecoder> create();

  static bool is_zstd(std::string_view beginning);

  // Appends what the bytes decode to. An error means the rest is lost; what was appended before it is sound.
  Result<void> put(std::string_view bytes, std::string& out);

  // True while a frame has begun and not ended: a file that stops here was cut, or its writer killed.
  bool inside_frame() const { return inside_frame_; }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  using Context = std::unique_ptr<ZSTD_DCtx, Free>;

  explicit ZstdDecoder(Context context) : context_(std::move(context)) {}

  Context context_;
  bool inside_frame_ = false;
};

}  // namespace tmpfstrace
