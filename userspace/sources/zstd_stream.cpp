// SPDX-License-Identifier: Apache-2.0
#include "sources/zstd_stream.h"

#include <cstddef>

namespace tmpfstrace {
namespace {

constexpr std::size_t step_bytes = std::size_t{64} * 1024;
constexpr int level = 3;

tl::unexpected<Error> zstd_failure(std::size_t code) { return fail(std::string("zstd: ") + ZSTD_getErrorName(code)); }

}  // namespace

Result<ZstdEncoder> ZstdEncoder::create() {
  Context context(ZSTD_createCCtx());
  if (!context) return fail("zstd: no memory");
  // The checksum makes a decoder notice bits that changed on the medium.
  for (const auto& [parameter, value] :
       {std::pair(ZSTD_c_compressionLevel, level), std::pair(ZSTD_c_checksumFlag, 1)}) {
    const std::size_t code = ZSTD_CCtx_setParameter(context.get(), parameter, value);
    if (ZSTD_isError(code)) return zstd_failure(code);
  }
  return ZstdEncoder(std::move(context));
}

Result<void> ZstdEncoder::run(std::string_view text, ZSTD_EndDirective directive, std::string& out) {
  ZSTD_inBuffer input{text.data(), text.size(), 0};
  char step[step_bytes];
  for (;;) {
    ZSTD_outBuffer output{step, sizeof step, 0};
    const std::size_t left = ZSTD_compressStream2(context_.get(), &output, &input, directive);
    if (ZSTD_isError(left)) return zstd_failure(left);
    out.append(step, output.pos);
    const bool done = directive == ZSTD_e_continue ? input.pos == input.size : left == 0;
    if (done) return {};
  }
}

Result<ZstdDecoder> ZstdDecoder::create() {
  Context context(ZSTD_createDCtx());
  if (!context) return fail("zstd: no memory");
  return ZstdDecoder(std::move(context));
}

bool ZstdDecoder::is_zstd(std::string_view beginning) { return beginning.starts_with("\x28\xb5\x2f\xfd"); }

Result<void> ZstdDecoder::put(std::string_view bytes, std::string& out) {
  ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
  char step[step_bytes];
  bool full = false;
  // A full output buffer may leave decoded bytes inside zstd although all input is taken.
  while (input.pos < input.size || full) {
    ZSTD_outBuffer output{step, sizeof step, 0};
    const std::size_t left = ZSTD_decompressStream(context_.get(), &output, &input);
    out.append(step, output.pos);
    if (ZSTD_isError(left)) return zstd_failure(left);
    inside_frame_ = left != 0;
    full = output.pos == output.size && inside_frame_;
  }
  return {};
}

}  // namespace tmpfstrace
