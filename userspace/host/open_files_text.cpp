// SPDX-License-Identifier: Apache-2.0
// The parsers of open_files_walk.h.
#include <limits>

#include "host/open_files_walk.h"
#include "host/text_parse.h"

namespace tmpfstrace {

bool may_be_file(std::string_view link_target) { return link_target.starts_with('/'); }

std::optional<std::uint64_t> parse_mount_id(std::string_view fdinfo) {
  const auto value = find_value(fdinfo, "mnt_id");
  return value ? parse_u64(*value) : std::nullopt;
}

std::optional<MappedFile> parse_maps_line(std::string_view line) {
  std::string_view range;
  std::string_view word;
  std::string_view device;
  std::string_view inode;
  if (!take_word(line, range) || !take_word(line, word) || !take_word(line, word)) return std::nullopt;
  if (!take_word(line, device) || !take_word(line, inode)) return std::nullopt;
  const auto dash = range.find('-');
  const auto colon = device.find(':');
  if (dash == std::string_view::npos || colon == std::string_view::npos) return std::nullopt;
  const auto start = parse_u64(range.substr(0, dash), 16);
  const auto end = parse_u64(range.substr(dash + 1), 16);
  const auto major = parse_u64(device.substr(0, colon), 16);
  const auto minor = parse_u64(device.substr(colon + 1), 16);
  const auto number = parse_u64(inode);
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint32_t>::max();
  if (!start || !end || !major || !minor || !number || *major > kMax || *minor > kMax) return std::nullopt;
  if (*number == 0) return std::nullopt;  // anonymous memory
  return MappedFile{static_cast<std::uint32_t>(*major), static_cast<std::uint32_t>(*minor), *number, *start, *end};
}

}  // namespace tmpfstrace
