// SPDX-License-Identifier: Apache-2.0
#include "host/open_files_walk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "host/mount_access.h"
#include "host/process_maps.h"
#include "host/text_file.h"

namespace tmpfstrace {

namespace {

constexpr std::size_t kMaxRemembered = 1U << 20;  // inodes; beyond it some are visited more than once

class OpenFilesWalk {
 public:
  OpenFilesWalk(const HostPaths& paths, const std::vector<Superblock>& superblocks,
                const std::optional<InternalShmem>& internal, const InodeVisitor& visitor, WalkCounts& counts)
      : paths_(paths), visitor_(visitor), counts_(counts) {
    if (internal) {
      internal_ = {internal->id.major, internal->id.minor};
      devices_.insert(*internal_);
      mount_ids_.insert(internal->mount_id);
    }
    for (const auto& superblock : superblocks) {
      devices_.insert({superblock.id.major, superblock.id.minor});
      for (const auto& mount : superblock.mounts) mount_ids_.insert(mount.mount_id);
    }
  }

  void walk_process(std::int32_t pid) {
    ++counts_.processes;
    walk_descriptors(fmt::format("{}/{}", paths_.proc, pid));
    if (!counts_.stopped) walk_mappings(fmt::format("{}/{}", paths_.proc, pid));
  }

 private:
  using Device = std::pair<std::uint32_t, std::uint32_t>;
  using Inode = std::tuple<std::uint32_t, std::uint32_t, std::uint64_t>;

  void walk_descriptors(const std::string& process);
  void walk_mappings(const std::string& process);
  void visit(int directory, const char* name);
  // On the kernel's own mount numbers are not unique: a SysV segment's is its id, which may be a memfd's number, too.
  bool is_new(const Device& device, std::uint64_t inode) {
    return device == internal_ || seen_.size() >= kMaxRemembered ||
           seen_.insert({device.first, device.second, inode}).second;
  }
  void count_error(int code) { ++counts_.errors[code]; }

  const HostPaths& paths_;
  const InodeVisitor& visitor_;
  WalkCounts& counts_;
  std::optional<Device> internal_;
  std::set<Device> devices_;
  std::unordered_set<std::uint64_t> mount_ids_;
  std::set<Inode> seen_;
};

// name is a link of /proc that leads straight to the inode.
void OpenFilesWalk::visit(int directory, const char* name) {
  InodeFacts facts;
  if (const int error = read_inode_facts(directory, name, 0, facts); error != 0) return count_error(error);
  const Device device{facts.major, facts.minor};
  if (!devices_.contains(device)) return;
  if (!is_new(device, facts.inode)) return;
  ++counts_.visited;
  counts_.stopped = !visitor_(InodeVisit(facts, directory, name, 0, {}));
}

void OpenFilesWalk::walk_descriptors(const std::string& process) {
  const auto directory = open_directory(process + "/fd");
  if (!directory) return count_error(directory.error().code);
  const auto listed = list_directory(directory->get(), [&](std::string_view entry, unsigned char) {
    const std::string name(entry);
    std::array<char, 16> target{};
    const ssize_t length = ::readlinkat(directory->get(), name.c_str(), target.data(), target.size());
    if (length < 0) {
      count_error(errno);
      return true;
    }
    if (!may_be_file({target.data(), static_cast<std::size_t>(length)})) return true;
    const auto info = read_text_file(process + "/fdinfo/" + name);
    if (!info) {
      count_error(info.error().code);
      return true;
    }
    const auto mount_id = parse_mount_id(*info);
    if (mount_id && mount_ids_.contains(*mount_id)) visit(directory->get(), name.c_str());
    return !counts_.stopped;
  });
  if (!listed) count_error(listed.error().code);
}

void OpenFilesWalk::walk_mappings(const std::string& process) {
  UniqueFd directory;  // opened at the first need: most processes map nothing on tmpfs
  const auto read = read_lines(process + "/maps", [&](std::string_view line) {
    const auto mapped = parse_mapping(line);
    if (!mapped || !devices_.contains({mapped->major, mapped->minor})) return true;
    if (seen_.contains({mapped->major, mapped->minor, mapped->inode})) return true;
    if (!directory) {
      auto opened = open_directory(process + "/map_files");
      if (!opened) {
        count_error(opened.error().code);
        return false;
      }
      directory = std::move(*opened);
    }
    // maps pads the addresses with zeros, map_files does not.
    visit(directory.get(), fmt::format("{:x}-{:x}", mapped->range.begin, mapped->range.end).c_str());
    return !counts_.stopped;
  });
  if (!read) count_error(read.error().code);
}

}  // namespace

Result<InternalShmem> probe_internal_shmem(const HostPaths& paths) {
  const UniqueFd fd(::memfd_create("tmpfstrace-probe", MFD_CLOEXEC));
  if (!fd) return host_failure("create", "a memfd", errno);
  struct stat facts {};
  if (::fstat(fd.get(), &facts) != 0) return host_failure("stat", "a memfd", errno);
  const std::string path = fmt::format("{}/self/fdinfo/{}", paths.proc, fd.get());
  const auto info = read_text_file(path);
  if (!info) return tl::unexpected(info.error());
  const auto mount_id = parse_mount_id(*info);
  if (!mount_id) return host_failure("find mnt_id in", path, ENODATA);
  return InternalShmem{{gnu_dev_major(facts.st_dev), gnu_dev_minor(facts.st_dev), 0}, *mount_id};
}

void walk_open_files(const HostPaths& paths, const std::vector<Superblock>& superblocks,
                     const std::optional<InternalShmem>& internal, const InodeVisitor& visitor, WalkCounts& counts,
                     const std::function<bool()>& stop) {
  const auto pids = list_processes(paths.proc);
  if (!pids) {
    ++counts.errors[pids.error().code];
    return;
  }
  OpenFilesWalk walk(paths, superblocks, internal, visitor, counts);
  for (const std::int32_t pid : *pids) {
    counts.stopped = counts.stopped || (stop && stop());
    if (counts.stopped) return;
    walk.walk_process(pid);
  }
}

}  // namespace tmpfstrace
