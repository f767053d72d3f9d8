// SPDX-License-Identifier: Apache-2.0
#include "host/self_files.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "host/text_file.h"
#include "host/text_parse.h"

namespace tmpfstrace {
namespace {

constexpr std::uint64_t kRingBuffer = 27;  // BPF_MAP_TYPE_RINGBUF of the kernel's interface

std::optional<std::uint64_t> number_of(std::string_view fdinfo, std::string_view key) {
  const auto text = find_value(fdinfo, key);
  return text ? parse_u64(*text) : std::nullopt;
}

}  // namespace

std::optional<ResidentMemory> parse_statm(std::string_view statm, std::uint64_t page_size) {
  std::array<std::uint64_t, 3> pages{};  // size, resident, and of these of files and shared memory
  for (std::uint64_t& count : pages) {
    std::string_view word;
    const auto number = take_word(statm, word) ? parse_u64(word) : std::nullopt;
    if (!number) return std::nullopt;
    count = *number;
  }
  const auto [size, resident, shared] = pages;
  // The kernel reads its counters one after the other.
  return ResidentMemory{resident * page_size, (resident > shared ? resident - shared : 0) * page_size};
}

Result<ResidentMemory> read_resident_memory(const HostPaths& paths, std::optional<std::int32_t> pid) {
  const std::string path = paths.proc + "/" + (pid ? std::to_string(*pid) : "self") + "/statm";
  const auto text = read_text_file(path);
  if (!text) return tl::unexpected(text.error());
  const auto memory = parse_statm(*text, static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)));
  if (!memory) return host_failure("understand", path, EINVAL);
  return *memory;
}

std::optional<std::uint64_t> parse_map_bytes(std::string_view fdinfo) {
  const auto bytes = number_of(fdinfo, "memlock");
  if (bytes != std::uint64_t{0} || number_of(fdinfo, "map_type") != kRingBuffer) return bytes;
  return number_of(fdinfo, "max_entries");
}

Result<std::uint64_t> read_map_bytes(const HostPaths& paths, int fd) {
  const std::string path = paths.proc + "/self/fdinfo/" + std::to_string(fd);
  const auto text = read_text_file(path);
  if (!text) return tl::unexpected(text.error());
  const auto bytes = parse_map_bytes(*text);
  if (!bytes) return host_failure("understand", path, EINVAL);
  return *bytes;
}

}  // namespace tmpfstrace
