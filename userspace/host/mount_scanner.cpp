// SPDX-License-Identifier: Apache-2.0
#include "host/mount_scanner.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <map>
#include <tuple>

#include "host/mount_access.h"
#include "host/mount_reach.h"
#include "host/text_file.h"

namespace tmpfstrace {

namespace {

constexpr std::size_t kMountinfoMax = 64U << 20;  // 5,000 mounts take about 1 MiB

// A process that ended, or a zombie, which has no namespaces any more (EINVAL from mountinfo).
bool has_gone(int code) { return code == ENOENT || code == ESRCH || code == EINVAL; }

// Is the process's root directory the root of its mount namespace? A chrooted process's mountinfo leaves out every
// mount outside its root.
bool sees_whole_namespace(const HostPaths& paths, std::int32_t pid) {
  std::array<char, 2> target{};
  const std::string link = fmt::format("{}/{}/root", paths.proc, pid);
  return ::readlink(link.c_str(), target.data(), target.size()) == 1 && target[0] == '/';
}

Mount make_mount(const MountEntry& entry, std::uint64_t mount_namespace, std::int32_t pid) {
  return {entry.mount_id, mount_namespace, pid, entry.root, entry.mount_point, entry.super_options};
}

// rootfs is ramfs or shmem, depending on the kernel's command line.
bool is_shmem(const HostPaths& paths, const MountEntry& entry, std::int32_t pid) {
  if (entry.fstype != "rootfs") return is_shmem_type(entry.fstype);
  const auto fd = open_mount_point(paths, make_mount(entry, 0, pid));
  return fd && is_on_tmpfs(fd->get());
}

}  // namespace

void MountScanner::parse(std::uint64_t id, std::int32_t pid, const std::string& text, Namespace& known) const {
  MountTable table = parse_mount_table(text);
  const MountReach reach = derive_mount_reach(table);
  known = {};
  known.damaged_lines = table.damaged_lines;
  for (auto& entry : table.entries) {
    if (!is_shmem_type(entry.fstype)) continue;
    const bool enter = !reach.behind_remote.contains(entry.mount_id) && !reach.covered.contains(entry.mount_id);
    if (!enter) known.not_to_enter.push_back(entry.mount_id);
    if (entry.fstype == "rootfs" && !(enter && is_shmem(paths_, entry, pid))) continue;
    known.shmem.push_back(std::move(entry));
  }
  std::sort(known.not_to_enter.begin(), known.not_to_enter.end());
  known.text_size = text.size();
  known.text_hash = std::hash<std::string>{}(text) ^ static_cast<std::size_t>(id);
}

Result<std::int32_t> MountScanner::refresh(std::uint64_t id, const Pids& pids, Namespace& known) {
  Error refused;
  bool any_refused = false;
  for (const bool whole : {true, false}) {
    for (const std::int32_t pid : pids) {
      if (sees_whole_namespace(paths_, pid) != whole) continue;
      auto text = read_text_file(fmt::format("{}/{}/mountinfo", paths_.proc, pid), kMountinfoMax);
      if (!text) {
        if (has_gone(text.error().code)) continue;
        any_refused = true;
        refused = text.error();
        continue;
      }
      const bool same = known.text_size == text->size() &&
                        known.text_hash == (std::hash<std::string>{}(*text) ^ static_cast<std::size_t>(id));
      if (!same) parse(id, pid, *text, known);
      return pid;
    }
  }
  if (any_refused) return tl::unexpected(refused);
  return 0;
}

Result<MountScan> MountScanner::scan() {
  const auto pids = list_processes(paths_.proc);
  if (!pids) return tl::unexpected(pids.error());
  MountScan scan;
  std::map<std::uint64_t, Pids> by_namespace;  // pids ascending: the lowest is most often the namespace's init
  for (const std::int32_t pid : *pids) {
    struct stat facts {};
    if (::stat(fmt::format("{}/{}/ns/mnt", paths_.proc, pid).c_str(), &facts) == 0) {
      by_namespace[facts.st_ino].push_back(pid);
    } else if (!has_gone(errno)) {
      ++scan.unreadable_processes;
    }
  }

  std::map<SuperblockId, Superblock> found;
  for (const auto& [id, members] : by_namespace) {
    Namespace& known = cache_[id];
    const auto pid = refresh(id, members, known);
    if (!pid) ++scan.unreadable_namespaces;
    if (!pid || *pid == 0) {
      cache_.erase(id);
      continue;
    }
    scan.damaged_lines += known.damaged_lines;
    for (const auto& entry : known.shmem) {
      Superblock& superblock = found[SuperblockId{entry.major, entry.minor, 0}];
      superblock.id = {entry.major, entry.minor, 0};
      superblock.kind = entry.fstype == "devtmpfs" ? "devtmpfs" : "tmpfs";
      const bool enter = !std::binary_search(known.not_to_enter.begin(), known.not_to_enter.end(), entry.mount_id);
      superblock.mounts.push_back(make_mount(entry, id, enter ? *pid : 0));
    }
  }
  std::erase_if(cache_, [&](const auto& item) { return !by_namespace.contains(item.first); });

  for (auto& [id, superblock] : found) {
    std::sort(superblock.mounts.begin(), superblock.mounts.end(), [](const Mount& left, const Mount& right) {
      return std::tie(left.mount_namespace, left.mount_id) < std::tie(right.mount_namespace, right.mount_id);
    });
    scan.superblocks.push_back(std::move(superblock));
  }
  return scan;
}

}  // namespace tmpfstrace
