// SPDX-License-Identifier: Apache-2.0
#include "host/mount_table.h"

#include <array>
#include <limits>
#include <optional>

#include "host/text_parse.h"

namespace tmpfstrace {

namespace {

std::optional<std::uint32_t> parse_u32(std::string_view text) {
  const auto value = parse_u64(text);
  if (!value || *value > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return static_cast<std::uint32_t>(*value);
}

std::optional<MountEntry> parse_line(std::string_view line) {
  std::array<std::string_view, 6> fixed;  // id, parent, major:minor, root, mount point, mount options
  for (auto& field : fixed) {
    if (!take_word(line, field)) return std::nullopt;
  }
  // Optional fields ("shared:7", "master:1", whatever comes next) end with a lone "-".
  std::string_view word;
  do {
    if (!take_word(line, word)) return std::nullopt;
  } while (word != "-");
  std::string_view fstype;
  if (!take_word(line, fstype)) return std::nullopt;
  // An empty source is written as nothing at all: "- tmpfs  rw". Then the only word left is the options.
  std::string_view source;
  std::string_view options;
  if (!take_word(line, source)) return std::nullopt;
  if (!take_word(line, options)) options = source;

  const auto colon = fixed[2].find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto mount_id = parse_u64(fixed[0]);
  const auto parent_id = parse_u64(fixed[1]);
  const auto major = parse_u32(fixed[2].substr(0, colon));
  const auto minor = parse_u32(fixed[2].substr(colon + 1));
  if (!mount_id || !parent_id || !major || !minor) return std::nullopt;
  return MountEntry{*mount_id,
                    *parent_id,
                    *major,
                    *minor,
                    unescape_octal(fixed[3]),
                    unescape_octal(fixed[4]),
                    std::string(fstype),
                    unescape_octal(options)};
}

}  // namespace

MountTable parse_mount_table(std::string_view mountinfo) {
  MountTable table;
  std::string_view line;
  while (take_line(mountinfo, line)) {
    if (line.empty()) continue;
    if (auto entry = parse_line(line)) {
      table.entries.push_back(std::move(*entry));
    } else {
      ++table.damaged_lines;
    }
  }
  return table;
}

bool is_shmem_type(std::string_view fstype) { return fstype == "tmpfs" || fstype == "devtmpfs" || fstype == "rootfs"; }

}  // namespace tmpfstrace
