// SPDX-License-Identifier: Apache-2.0
#include "host/cgroup_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iterator>
#include <limits>
#include <string_view>
#include <utility>

#include "host/text_file.h"

namespace tmpfstrace {

namespace {

constexpr std::size_t kMaxRemembered = 65536;  // ids

bool has_vanished(int code) { return code == ENOENT || code == ENODEV; }

bool is_cgroup_fs(int fd) {
  struct statfs facts {};
  return ::fstatfs(fd, &facts) == 0 && (facts.f_type == CGROUP_SUPER_MAGIC || facts.f_type == CGROUP2_SUPER_MAGIC);
}

// What is left of an absolute path below root, with its slash; "/" for the root itself.
std::optional<std::string> path_below(const std::string& root, std::string_view absolute) {
  if (!absolute.starts_with(root)) return std::nullopt;
  absolute.remove_prefix(root.size());
  if (absolute.empty()) return "/";
  return absolute.front() == '/' ? std::optional<std::string>(absolute) : std::nullopt;
}

// Relative to the hierarchy's root, for openat.
const char* relative(const std::string& path) { return path == "/" ? "." : path.c_str() + 1; }

}  // namespace

CgroupTree::CgroupTree(std::string root, CgroupTreeOptions options) : root_(std::move(root)), options_(options) {}

void CgroupTree::visit(int root, const std::string& path) {
  const UniqueFd directory(::openat(root, relative(path), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat facts {};
  if (!directory || ::fstat(directory.get(), &facts) != 0) {
    if (!has_vanished(errno)) unreadable_.push_back(path);
    return;
  }
  note_alive(facts.st_ino, path);
  // kernfs counts subdirectories in st_nlink: a leaf, as most cgroups are, need not be listed. (File systems that do
  // not count them say 1.)
  if (facts.st_nlink == 2) return;
  const std::string prefix = path == "/" ? path : path + "/";
  const auto listed = list_directory(directory.get(), [&](std::string_view name, unsigned char type) {
    if (type == DT_DIR) pending_.push_back(prefix + std::string(name));
    return true;
  });
  if (!listed && !has_vanished(listed.error().code)) unreadable_.push_back(path);
}

void CgroupTree::note_alive(CgroupId id, const std::string& path) {
  Entry& entry = known_[id];
  if (entry.path != path) entry.path = path;
  entry.seen_in_walk = walks_;
  entry.dead_since_ns.reset();
  by_path_[path] = id;
}

std::optional<CgroupId> CgroupTree::id_of(const std::string& path) const {
  const auto found = by_path_.find(path);
  if (found == by_path_.end()) return std::nullopt;
  const auto entry = known_.find(found->second);
  if (entry == known_.end() || entry->second.dead_since_ns) return std::nullopt;
  return found->second;
}

std::vector<CgroupId> CgroupTree::living() const {
  std::vector<CgroupId> ids;
  for (const auto& [id, entry] : known_) {
    if (!entry.dead_since_ns) ids.push_back(id);
  }
  return ids;
}

bool CgroupTree::is_below_unreadable(const std::string& path) const {
  for (const auto& prefix : unreadable_) {
    if (prefix == "/" || path == prefix || path.starts_with(prefix + "/")) return true;
  }
  return false;
}

void CgroupTree::mark_vanished(std::uint64_t now_ns) {
  for (auto item = known_.begin(); item != known_.end();) {
    Entry& entry = item->second;
    const bool seen = entry.seen_in_walk == walks_;
    if (!seen && !entry.dead_since_ns && !is_below_unreadable(entry.path)) entry.dead_since_ns = now_ns;
    const bool forget = entry.dead_since_ns && now_ns - *entry.dead_since_ns > options_.grace_ns;
    if (forget) {
      const auto named = by_path_.find(entry.path);
      if (named != by_path_.end() && named->second == item->first) by_path_.erase(named);
    }
    item = forget ? known_.erase(item) : std::next(item);
  }
}

void CgroupTree::begin_walk(std::uint64_t now_ns) {
  last_walk_ns_ = now_ns;
  ++walks_;
  unreadable_.clear();
  pending_ = {"/"};
}

Result<void> CgroupTree::walk(std::uint64_t now_ns, std::size_t most) {
  // Opened for each step: an open directory would keep the hierarchy from being unmounted.
  const auto root = open_directory(root_);
  if (!root) {
    pending_.clear();
    return tl::unexpected(root.error());
  }
  for (std::size_t visited = 0; visited < most && !pending_.empty(); ++visited) {
    const std::string path = std::move(pending_.back());
    pending_.pop_back();
    visit(root->get(), path);
  }
  if (pending_.empty()) end_walk(root->get(), now_ns);
  return {};
}

void CgroupTree::end_walk(int root, std::uint64_t now_ns) {
  mark_vanished(now_ns);
  struct stat facts {};
  const bool from_the_top = ::fstat(root, &facts) == 0 && facts.st_ino == options_.hierarchy_root;
  settle_asked(from_the_top && unreadable_.empty());
}

Result<void> CgroupTree::refresh(std::uint64_t now_ns) {
  if (root_.empty()) return {};
  begin_walk(now_ns);
  return walk(now_ns, std::numeric_limits<std::size_t>::max());
}

Result<void> CgroupTree::refresh_if_due(std::uint64_t now_ns) {
  if (!last_walk_ns_ || root_.empty()) return refresh(now_ns);
  if (pending_.empty()) {
    if (now_ns - *last_walk_ns_ < options_.interval_ns) return {};
    begin_walk(now_ns);
  }
  return walk(now_ns, options_.step);
}

CgroupState CgroupTree::find_by_handle(CgroupId id) {
  constexpr int kFileIdKernfs = 0xfe;  // FILEID_KERNFS of linux/exportfs.h
  const auto root = open_directory(root_);
  if (!root || !is_cgroup_fs(root->get())) return CgroupState::Unknown;
  alignas(file_handle) char storage[sizeof(file_handle) + sizeof(id)];
  auto* handle = reinterpret_cast<file_handle*>(storage);
  handle->handle_bytes = sizeof(id);
  handle->handle_type = kFileIdKernfs;
  std::memcpy(handle->f_handle, &id, sizeof(id));
  const UniqueFd directory(::open_by_handle_at(root->get(), handle, O_PATH | O_CLOEXEC));
  if (!directory) return errno == ESTALE ? CgroupState::Dead : CgroupState::Unknown;
  char path[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(directory.get());
  const ssize_t length = ::readlink(link.c_str(), path, sizeof(path));
  if (length <= 0 || static_cast<std::size_t>(length) == sizeof(path)) return CgroupState::Unknown;
  const auto below = path_below(root_, std::string_view(path, static_cast<std::size_t>(length)));
  // Removed between the two calls, or outside our root: the walk decides.
  if (!below || below->ends_with(" (deleted)")) return CgroupState::Unknown;
  note_alive(id, *below);
  return CgroupState::Alive;
}

void CgroupTree::add_missing(CgroupId id) {
  if (missing_.size() >= kMaxRemembered) missing_.clear();
  missing_.insert(id);
}

void CgroupTree::settle_asked(bool whole) {
  for (auto& [id, asked] : asked_) {
    if (asked.walks == walks_) continue;  // asked for since the walk began, perhaps behind it
    asked.walked = true;
    if (whole && !known_.contains(id)) add_missing(id);
  }
  std::erase_if(
      asked_, [&](const auto& item) { return known_.contains(item.first) || (whole && item.second.walks != walks_); });
}

void CgroupTree::ask(CgroupId id, std::uint64_t now_ns) {
  const auto before = asked_.find(id);
  if (before == asked_.end() || now_ns - before->second.asked_ns >= options_.interval_ns) {
    const CgroupState state = find_by_handle(id);
    if (state == CgroupState::Dead) add_missing(id);
    if (state != CgroupState::Unknown) {
      asked_.erase(id);
      return;
    }
    if (asked_.size() >= kMaxRemembered) asked_.clear();
    asked_[id] = {now_ns, walks_, false};
  }
  const bool may_walk = !last_walk_ns_ || now_ns - *last_walk_ns_ >= options_.min_gap_ns;
  if (may_walk && !asked_[id].walked) (void)refresh(now_ns);  // after a walk that fails it stays unknown
}

CgroupName CgroupTree::lookup(CgroupId id, std::uint64_t now_ns) {
  if (id == 0 || root_.empty()) return {};
  if (!known_.contains(id) && !missing_.contains(id)) ask(id, now_ns);
  if (const auto found = known_.find(id); found != known_.end())
    return {found->second.dead_since_ns ? CgroupState::Dead : CgroupState::Alive, found->second.path};
  return {missing_.contains(id) ? CgroupState::Dead : CgroupState::Unknown, {}};
}

}  // namespace tmpfstrace
