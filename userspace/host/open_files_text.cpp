// SPDX-License-Identifier: Apache-2.0
// The parsers of open_files_walk.h.
#include "host/open_files_walk.h"
#include "host/text_parse.h"

namespace tmpfstrace {

bool may_be_file(std::string_view link_target) { return link_target.starts_with('/'); }

std::optional<std::uint64_t> parse_mount_id(std::string_view fdinfo) {
  const auto value = find_value(fdinfo, "mnt_id");
  return value ? parse_u64(*value) : std::nullopt;
}

}  // namespace tmpfstrace
