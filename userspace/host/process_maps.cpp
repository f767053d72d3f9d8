// SPDX-License-Identifier: Apache-2.0
#include "host/process_maps.h"

#include <algorithm>
#include <string>

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

}  // namespace

std::optional<AddressRange> parse_address_range(std::string_view maps_line) {
  std::string_view word;
  if (!take_word(maps_line, word)) return std::nullopt;
  const std::size_t dash = word.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto begin = parse_u64(word.substr(0, dash), 16);
  const auto end = parse_u64(word.substr(dash + 1), 16);
  if (!begin || !end || *begin >= *end) return std::nullopt;
  return AddressRange{*begin, *end};
}

std::vector<AddressRange> read_address_ranges(const HostPaths& paths, std::uint32_t tgid) {
  std::vector<AddressRange> ranges;
  const auto read = read_lines(paths.proc + "/" + std::to_string(tgid) + "/maps", [&](std::string_view line) {
    if (const auto range = parse_address_range(line)) ranges.push_back(*range);
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
