// SPDX-License-Identifier: Apache-2.0
// Folding of file names, which are any bytes.
#include <fnmatch.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "model/name_pattern.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string name(reinterpret_cast<const char*>(data), size);
  const std::string pattern = tmpfstrace::fold_name(name);
  require(pattern.size() <= name.size());
  require(pattern.find("**") == std::string::npos);
  require(tmpfstrace::literal_glob(name).size() == name.size());
  require(tmpfstrace::fold_path(name).size() <= name.size());

  // What a counter in place of each star would make is folded to the same (8: no known ending as 7z is made by it).
  std::string next = pattern;
  for (char& c : next)
    if (c == '*') c = '8';
  require(tmpfstrace::fold_name(next) == pattern);

  // A name in a directory: 255 bytes, no NUL. A glob with many stars may take very long.
  const bool is_name = size <= 255 && name.find('\0') == std::string::npos;
  if (is_name && pattern.size() < 32) require(::fnmatch(pattern.c_str(), name.c_str(), 0) == 0);
  return 0;
}
