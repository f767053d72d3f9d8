// SPDX-License-Identifier: Apache-2.0
#include "host/sysv_segments.h"

#include <sys/shm.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include "host/text_file.h"
#include "host/text_parse.h"

namespace tmpfstrace {

// "       key      shmid perms                  size  cpid  lpid nattch …"
std::optional<SysvSegment> parse_sysv_segment(std::string_view line) {
  constexpr std::size_t id_field = 1, attached_field = 6;
  std::array<std::string_view, attached_field + 1> fields;
  for (std::string_view& field : fields) {
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return std::nullopt;
    line.remove_prefix(begin);
    field = line.substr(0, line.find_first_of(" \t"));
    line.remove_prefix(field.size());
  }
  const auto id = parse_u64(fields[id_field]);
  const auto attached = parse_u64(fields[attached_field]);
  if (!id || !attached || *id > INT32_MAX) return std::nullopt;
  return SysvSegment{static_cast<int>(*id), *attached};
}

DetachedSegments::DetachedSegments(const HostPaths& paths, WalkCounts& counts) {
  // A kernel without SysV shared memory has no such file.
  const auto read = read_lines(paths.proc + "/sysvipc/shm", [&](std::string_view line) {
    const auto segment = parse_sysv_segment(line);
    if (!segment || segment->attached != 0) return true;
    const void* area = ::shmat(segment->id, nullptr, SHM_RDONLY);
    if (area != reinterpret_cast<void*>(-1))  // NOLINT(performance-no-int-to-ptr): so POSIX has it
      areas_.push_back(area);
    else if (errno != EINVAL && errno != EIDRM)  // those two: removed since
      ++counts.errors[errno];
    return true;
  });
  if (!read) ++counts.errors[read.error().code];
}

DetachedSegments::~DetachedSegments() {
  for (const void* area : areas_) ::shmdt(area);
}

}  // namespace tmpfstrace
