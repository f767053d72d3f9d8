// SPDX-License-Identifier: Apache-2.0
// Any bytes as a configuration: a configuration or problems, each problem one line of the file it names.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sources/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tmpfstrace;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = parse_config(text, "f");
  if (config) {
    if (describe_config(*config).empty()) std::abort();
    return 0;
  }
  if (config.error().empty()) std::abort();
  for (const std::string& problem : config.error()) {
    if (!problem.starts_with("f:")) std::abort();
  }
  return 0;
}
