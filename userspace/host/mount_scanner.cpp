// SPDX-License-Identifier: Apache-2.0
#include "host/mount_scanner.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <tuple>
#include <utility>

#include "host/mount_access.h"
#include "host/mount_reach.h"
#include "host/process_namespace.h"
#include "host/text_file.h"

namespace tmpfstrace {

namespace {

constexpr std::size_t kMountinfoMax = 64U << 20;  // 5,000 mounts take about 1 MiB
constexpr std::size_t kMostInTurn = 64;
// The watch does not tell when a mount's options change through another namespace.
constexpr std::uint64_t kWatchedAgain = 30'000'000'000;

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
  return {entry.mount_id,
          mount_namespace,
          pid,
          std::string(entry.root),
          std::string(entry.mount_point),
          std::string(entry.super_options)};
}

// A line of one of the tables.
struct Mounted {
  SuperblockId id;
  std::uint64_t mount_namespace = 0;
  std::int32_t pid = 0;  // Mount::pid
  const MountEntry* entry = nullptr;

  auto key() const { return std::tuple(id, mount_namespace, entry->mount_id); }
};

bool is_as_before(const Mounted& now, const Mount& before) {
  const MountEntry& entry = *now.entry;
  return std::tie(entry.mount_id, now.mount_namespace, now.pid, entry.root, entry.mount_point, entry.super_options) ==
         std::tie(before.mount_id, before.mount_namespace, before.pid, before.root, before.mount_point, before.options);
}

// rootfs is ramfs or shmem, depending on the kernel's command line.
bool is_shmem(const HostPaths& paths, const MountEntry& entry, std::int32_t pid) {
  if (entry.fstype != "rootfs") return is_shmem_type(entry.fstype);
  const auto fd = open_mount_point(paths, make_mount(entry, 0, pid));
  return fd && is_on_tmpfs(fd->get());
}

}  // namespace

bool MountScanner::is_own(std::uint64_t id) const {
  return mount_namespace_of(paths_, 1) == id || own_mount_namespace(paths_) == id;
}

void MountScanner::parse(std::int32_t pid, std::string text, Namespace& known) const {
  const MountTable table = parse_mount_table(std::move(text));
  const MountReach reach = derive_mount_reach(table);
  std::vector<const MountEntry*> shmem;
  known.not_to_enter.clear();
  for (const auto& entry : table.entries) {
    if (!is_shmem_type(entry.fstype)) continue;
    const bool enter = !reach.behind_remote.contains(entry.mount_id) && !reach.covered.contains(entry.mount_id);
    if (!enter) known.not_to_enter.push_back(entry.mount_id);
    if (entry.fstype == "rootfs" && !(enter && is_shmem(paths_, entry, pid))) continue;
    shmem.push_back(&entry);
  }
  known.shmem = copy_of(shmem);
  known.shmem.damaged_lines = table.damaged_lines;
  std::sort(known.not_to_enter.begin(), known.not_to_enter.end());
}

// A watch lasts as long as the process that it was opened through is the one to read by.
Result<std::string> MountScanner::read_table(std::uint64_t id, std::int32_t pid, Namespace& known) const {
  const std::string path = fmt::format("{}/{}/mountinfo", paths_.proc, pid);
  if (pid != known.pid) known.watch.reset();
  if (!known.watch && is_own(id)) known.watch = MountWatch::open(path);
  return known.watch ? known.watch->read(kMountinfoMax) : read_text_file(path, kMountinfoMax);
}

// False: all its processes have gone. An Error: none may be read.
Result<bool> MountScanner::refresh(std::uint64_t id, const Pids& pids, Namespace& known) {
  Error refused;
  bool any_refused = false;
  for (const bool whole : {true, false}) {
    for (const std::int32_t pid : pids) {
      if (sees_whole_namespace(paths_, pid) != whole) continue;
      auto text = read_table(id, pid, known);
      if (!text) {
        if (has_gone(text.error().code)) continue;
        any_refused = true;
        refused = text.error();
        continue;
      }
      const std::size_t hash = std::hash<std::string>{}(*text);
      const std::size_t size = text->size();
      if (known.pid == 0 || known.text_size != size || known.text_hash != hash) parse(pid, std::move(*text), known);
      known.text_size = size;
      known.text_hash = hash;
      known.pid = pid;
      return true;
    }
  }
  if (any_refused) return tl::unexpected(refused);
  return false;
}

// The namespaces of which the table has to be read now.
std::vector<std::uint64_t> MountScanner::due(std::uint64_t now_ns, bool everywhere) {
  std::vector<std::uint64_t> due;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> in_turn;  // when it was read, which
  for (const auto& [id, pids] : namespaces_.members()) {
    const auto known = tables_.find(id);
    const bool can_go_on = known != tables_.end() && std::binary_search(pids.begin(), pids.end(), known->second.pid);
    const bool watched = can_go_on && known->second.watch && now_ns - known->second.read_ns < kWatchedAgain;
    if (!can_go_on || (watched ? known->second.watch->changed() : everywhere))
      due.push_back(id);
    else if (!watched)
      in_turn.emplace_back(known->second.read_ns, id);
  }
  const std::size_t turns = std::min(in_turn.size(), kMostInTurn);
  std::partial_sort(in_turn.begin(), in_turn.begin() + static_cast<std::ptrdiff_t>(turns), in_turn.end());
  for (std::size_t i = 0; i < turns; ++i) due.push_back(in_turn[i].second);
  return due;
}

// Where nothing has changed of a superblock's mounts, its list stays the one that all who hold it share.
void MountScanner::merge() {
  std::vector<Mounted> found;
  for (const auto& [id, table] : tables_) {
    for (const auto& entry : table.shmem.entries) {
      const bool enter = !std::binary_search(table.not_to_enter.begin(), table.not_to_enter.end(), entry.mount_id);
      found.push_back({{entry.major, entry.minor, 0}, id, enter ? table.pid : 0, &entry});
    }
  }
  std::sort(found.begin(), found.end(),
            [](const Mounted& left, const Mounted& right) { return left.key() < right.key(); });
  std::vector<Superblock> merged;
  auto before = merged_.begin();
  for (auto at = found.begin(); at != found.end();) {
    const auto end = std::find_if(at, found.end(), [&](const Mounted& mounted) { return mounted.id != at->id; });
    while (before != merged_.end() && before->id < at->id) ++before;
    const bool known = before != merged_.end() && before->id == at->id;
    Superblock& superblock = merged.emplace_back();
    superblock.id = at->id;
    superblock.kind = at->entry->fstype == "devtmpfs" ? "devtmpfs" : "tmpfs";
    if (known && std::equal(at, end, before->mounts.begin(), before->mounts.end(), is_as_before)) {
      superblock.mounts = before->mounts;
    } else {
      auto& mounts = superblock.mounts.own();
      for (auto mounted = at; mounted != end; ++mounted)
        mounts.push_back(make_mount(*mounted->entry, mounted->mount_namespace, mounted->pid));
    }
    at = end;
  }
  merged_ = std::move(merged);
}

Result<MountScan> MountScanner::scan(std::uint64_t now_ns, bool everywhere) {
  if (auto listed = namespaces_.refresh(now_ns, everywhere); !listed) return tl::unexpected(listed.error());
  MountScan scan;
  scan.unreadable_processes = namespaces_.unreadable_processes();
  const auto& members = namespaces_.members();
  bool changed = std::erase_if(tables_, [&](const auto& item) { return !members.contains(item.first); }) != 0;
  for (const std::uint64_t id : due(now_ns, everywhere)) {
    Namespace& table = tables_[id];
    const auto before = std::tuple(table.pid, table.text_size, table.text_hash);
    const auto read = refresh(id, members.at(id), table);
    table.read_ns = now_ns;
    changed = changed || before != std::tuple(table.pid, table.text_size, table.text_hash);
    if (!read) ++scan.unreadable_namespaces;
    if (read && *read) continue;
    tables_.erase(id);
    changed = true;
  }
  if (changed) merge();
  for (const auto& [id, table] : tables_) scan.damaged_lines += table.shmem.damaged_lines;
  scan.superblocks = merged_;
  return scan;
}

}  // namespace tmpfstrace
