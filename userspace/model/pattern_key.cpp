// SPDX-License-Identifier: Apache-2.0
#include "model/pattern_key.h"

#include "model/name_pattern.h"

namespace tmpfstrace {

std::string cut_directory(std::string_view directory) {
  constexpr std::string_view cut = "…";
  std::string kept(directory);
  if (kept.size() > kMostDirectory) kept.replace(kMostDirectory - cut.size(), std::string::npos, cut);
  return kept;
}

std::string pattern_key(std::string_view directory, std::string_view name) {
  std::string key = fold_path(directory);
  key += '\0';
  key += fold_name(name);
  return key;
}

std::uint64_t hash_of_key(std::string_view key) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

}  // namespace tmpfstrace
