// SPDX-License-Identifier: Apache-2.0
// What files of one directory and name pattern have in common, whoever sums them up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tmpfstrace {

constexpr std::size_t kMostDirectory = 512;  // bytes; the rest of a longer one becomes "…"

std::string cut_directory(std::string_view directory);

// The folded directory, which has been cut, a NUL, and the folded name (model/name_pattern.h).
std::string pattern_key(std::string_view directory, std::string_view name);

// FNV-1a: the same in every run and in every version, as recordings hold it.
std::uint64_t hash_of_key(std::string_view key);

}  // namespace tmpfstrace
