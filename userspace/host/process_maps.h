// SPDX-License-Identifier: Apache-2.0
// What a process has mapped, from /proc/PID/maps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "host/host_paths.h"

namespace tmpfstrace {

struct AddressRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;  // the first address beyond
  bool operator==(const AddressRange&) const = default;
};

struct Mapping {
  AddressRange range;
  std::uint64_t offset = 0;  // in the file, of the range's begin
  std::uint32_t major = 0;   // 0:0: anonymous memory. Inode 0 is a file: the first SysV segment
  std::uint32_t minor = 0;
  std::uint64_t inode = 0;
};

// A line of maps.
std::optional<Mapping> parse_mapping(std::string_view maps_line);

// In ascending order. Empty when the process has gone (that of a zombie is empty too) or may not be read.
std::vector<AddressRange> read_address_ranges(const HostPaths& paths, std::uint32_t tgid);

// How many addresses of a user stack, innermost first, can be believed. The kernel follows frame pointers; in a program
// without them it takes whatever the register holds for a frame and its content for return addresses. The first one
// that lies in no range is not one, nor is what was found beyond it. Without ranges only the user's half is checked.
std::size_t count_believable(const std::vector<std::uint64_t>& stack, const std::vector<AddressRange>& ranges);

}  // namespace tmpfstrace
