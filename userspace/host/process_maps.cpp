// SPDX-License-Identifier: Apache-2.0
#include "host/process_maps.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

#include "host/text_file.h"
#include "host/text_parse.h"

namespace tmpfstrace {
namespace {

constexpr std::uint64_t kUserEnd = 0x7fff'ffff'f000;

bool holds(const std::vector<AddressRange>& ranges, std::uint64_t address) {
  const auto ends_after = [](std::uint64_t value, const AddressRange& range) { return value < range.end; };
  const auto found = std::upper_bound(ranges.begin(), ranges.end(), address, ends_after);
  return found != ranges.end() && address >= found->begin;
}

std::optional<std::pair<std::uint64_t, std::uint64_t>> parse_pair(std::string_view word, char between) {
  const std::size_t at = word.find(between);
  if (at == std::string_view::npos) return std::nullopt;
  const auto first = parse_u64(word.substr(0, at), 16);
  const auto second = parse_u64(word.substr(at + 1), 16);
  if (!first || !second) return std::nullopt;
  return std::pair(*first, *second);
}

}  // namespace

std::optional<Mapping> parse_mapping(std::string_view maps_line) {
  std::array<std::string_view, 5> words;  // range, permissions, offset, device, inode; a path may follow
  for (auto& word : words)
    if (!take_word(maps_line, word)) return std::nullopt;
  const auto range = parse_pair(words[0], '-');
  const auto offset = parse_u64(words[2], 16);
  const auto device = parse_pair(words[3], ':');
  const auto inode = parse_u64(words[4]);
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint32_t>::max();
  if (!range || !offset || !device || !inode || range->first >= range->second) return std::nullopt;
  if (device->first > kMax || device->second > kMax) return std::nullopt;
  return Mapping{{range->first, range->second},
                 *offset,
                 static_cast<std::uint32_t>(device->first),
                 static_cast<std::uint32_t>(device->second),
                 *inode};
}

std::vector<AddressRange> read_address_ranges(const HostPaths& paths, std::uint32_t tgid) {
  std::vector<AddressRange> ranges;
  const auto read = read_lines(paths.proc + "/" + std::to_string(tgid) + "/maps", [&](std::string_view line) {
    if (const auto mapping = parse_mapping(line)) ranges.push_back(mapping->range);
    return true;
  });
  // Half a table would make its other half's addresses look like garbage.
  if (!read) ranges.clear();
  return ranges;
}

std::size_t count_believable(const std::vector<std::uint64_t>& stack, const std::vector<AddressRange>& ranges) {
  const auto is_garbage = [&](std::uint64_t address) {
    return address == 0 || address >= kUserEnd || (!ranges.empty() && !holds(ranges, address));
  };
  return static_cast<std::size_t>(std::find_if(stack.begin(), stack.end(), is_garbage) - stack.begin());
}

}  // namespace tmpfstrace
