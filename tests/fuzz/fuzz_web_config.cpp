// SPDX-License-Identifier: Apache-2.0
// Any bytes as a web configuration: a configuration that can be sent to the worker, or an error that names the file.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "web/settings.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tmpfstrace;
  const auto config = parse_web_config({reinterpret_cast<const char*>(data), size}, "f");
  if (!config) {
    if (!config.error().message.starts_with("f:")) std::abort();
    return 0;
  }
  WebSettings settings;
  settings.config = *config;
  if (!decode_settings(encode_settings(settings))) std::abort();
  return 0;
}
