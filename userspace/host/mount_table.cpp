// SPDX-License-Identifier: Apache-2.0
#include "host/mount_table.h"

#include <array>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include "host/text_parse.h"

namespace tmpfstrace {

namespace {

std::optional<std::uint32_t> parse_u32(std::string_view text) {
  const auto value = parse_u64(text);
  if (!value || *value > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return static_cast<std::uint32_t>(*value);
}

// line is part of text, in which the entry's names are unescaped.
std::optional<MountEntry> parse_line(std::string& text, std::string_view line) {
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
  const auto unescape = [&](std::string_view word_of_line) {
    const auto at = static_cast<std::size_t>(word_of_line.data() - text.data());
    return unescape_octal(std::span(text).subspan(at, word_of_line.size()));
  };
  return MountEntry{*mount_id,          *parent_id,         *major, *minor,
                    unescape(fixed[3]), unescape(fixed[4]), fstype, unescape(options)};
}

}  // namespace

MountTable parse_mount_table(std::string mountinfo) {
  MountTable table;
  auto text = std::make_unique<std::string>(std::move(mountinfo));
  std::string_view rest = *text;
  std::string_view line;
  while (take_line(rest, line)) {
    if (line.empty()) continue;
    if (const auto entry = parse_line(*text, line)) {
      table.entries.push_back(*entry);
    } else {
      ++table.damaged_lines;
    }
  }
  table.text = std::move(text);
  return table;
}

MountTable copy_of(const std::vector<const MountEntry*>& entries) {
  constexpr std::array kNames = {&MountEntry::root, &MountEntry::mount_point, &MountEntry::fstype,
                                 &MountEntry::super_options};
  std::size_t size = 0;
  for (const MountEntry* entry : entries)
    for (const auto name : kNames) size += (entry->*name).size();
  auto text = std::make_unique<std::string>();
  text->reserve(size);
  MountTable copy;
  copy.entries.reserve(entries.size());
  for (const MountEntry* entry : entries) {
    MountEntry& own = copy.entries.emplace_back(*entry);
    for (const auto name : kNames) {
      const std::size_t at = text->size();
      text->append(entry->*name);
      own.*name = std::string_view(*text).substr(at);
    }
  }
  copy.text = std::move(text);
  return copy;
}

bool is_shmem_type(std::string_view fstype) { return fstype == "tmpfs" || fstype == "devtmpfs" || fstype == "rootfs"; }

}  // namespace tmpfstrace
