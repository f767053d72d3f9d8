// SPDX-License-Identifier: Apache-2.0
#include "host/tree_walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "host/mount_access.h"
#include "host/text_file.h"

namespace tmpfstrace {

namespace {

constexpr std::size_t kMaxOpen = 64;
constexpr std::size_t kMaxPendingBytes = 64U << 20;
constexpr std::size_t kMaxPath = 64U << 10;  // what lies deeper is told as in the last directory that fits

constexpr int kDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
constexpr unsigned long long kStay = RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS;

UniqueFd open_to_list(int directory, const char* name) {
  UniqueFd fd(open_at(directory, name, kDirectory | O_NOATIME, kStay));
  if (!fd && errno == EPERM) fd.reset(open_at(directory, name, kDirectory, kStay));
  return fd;
}

}  // namespace

TreeWalk::TreeWalk(const InodeVisitor& visitor, WalkCounts& counts, bool bare, std::string root)
    : visitor_(visitor), counts_(counts), bare_(bare), path_(std::move(root)) {}

void TreeWalk::visit(const InodeFacts& facts, int fd, const char* name, int flags, const char* entry) {
  ++counts_.visited;
  counts_.stopped = !visitor_(InodeVisit(facts, fd, name, flags, {path_, entry}));
}

void TreeWalk::run(int top) {
  InodeFacts facts;
  if (const int error = read_inode_facts(top, "", AT_EMPTY_PATH, facts); error != 0) return count_error(error);
  top_ = facts;
  visit(facts, top, "", AT_EMPTY_PATH, "");
  if (!S_ISDIR(facts.mode)) return;
  enter(top, ".");
  while (!frames_.empty() && !counts_.stopped) {
    frames_.back().pending.empty() ? leave() : descend();
  }
  frames_.clear();
  pending_bytes_ = 0;
}

// Without mounts inside, one stat by name. Else first a descriptor that cannot be on another mount, then its stat.
bool TreeWalk::stat_entry(int directory, const char* name, InodeFacts& facts) {
  if (bare_) {
    constexpr int kFlags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT;
    if (const int error = read_inode_facts(directory, name, kFlags, facts); error != 0) {
      count_error(error);
      return false;
    }
    if (!facts.is_same_device(top_)) {
      ++counts_.mounts_not_crossed;
      return false;
    }
    visit(facts, directory, name, kFlags, name);
    return true;
  }
  // No RESOLVE_NO_SYMLINKS: with O_PATH | O_NOFOLLOW a symbolic link is opened itself, which is what we want.
  const UniqueFd fd(open_at(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC, RESOLVE_NO_XDEV));
  if (!fd && errno == EXDEV) {
    ++counts_.mounts_not_crossed;
    return false;
  }
  const int error = fd ? read_inode_facts(fd.get(), "", AT_EMPTY_PATH, facts) : errno;
  if (error != 0) {
    count_error(error);
    return false;
  }
  visit(facts, fd.get(), "", AT_EMPTY_PATH, name);
  return true;
}

void TreeWalk::visit_entry(Frame& frame, const char* name) {
  InodeFacts facts;
  if (!stat_entry(frame.fd.get(), name, facts) || !S_ISDIR(facts.mode)) return;
  const std::size_t bytes = sizeof(std::string) + std::char_traits<char>::length(name);
  if (pending_bytes_ + bytes > kMaxPendingBytes) {
    ++counts_.directories_skipped;
    return;
  }
  pending_bytes_ += bytes;
  frame.pending.emplace_back(name);
}

void TreeWalk::list(Frame& frame) {
  ++counts_.directories;
  const auto listed = list_directory(frame.fd.get(), [&](std::string_view name, unsigned char) {
    visit_entry(frame, name.data());  // the kernel's dirent: NUL-terminated
    return !counts_.stopped;
  });
  if (!listed) count_error(listed.error().code);
}

void TreeWalk::enter(int directory, const char* name) {
  Frame frame;
  frame.fd = open_to_list(directory, name);
  InodeFacts facts;
  const int error = frame.fd ? read_inode_facts(frame.fd.get(), "", AT_EMPTY_PATH, facts) : errno;
  if (error != 0 && error != EXDEV) return count_error(error);
  if (error == EXDEV || !facts.is_same_device(top_)) {
    ++counts_.mounts_not_crossed;
    return;
  }
  frame.inode = facts.inode;
  frame.parent_size = path_.size();
  if (!frames_.empty() && path_.size() < kMaxPath) {
    if (path_.back() != '/') path_ += '/';
    path_ += name;
  }
  list(frame);
  frames_.push_back(std::move(frame));
  if (frames_.size() > kMaxOpen + 1) frames_[frames_.size() - kMaxOpen - 1].fd.reset();
}

void TreeWalk::descend() {
  Frame& frame = frames_.back();
  const std::string name = std::move(frame.pending.back());
  frame.pending.pop_back();
  pending_bytes_ -= sizeof(std::string) + name.size();
  enter(frame.fd.get(), name.c_str());
}

void TreeWalk::abandon_last() {
  counts_.directories_skipped += frames_.back().pending.size();
  for (const auto& name : frames_.back().pending) pending_bytes_ -= sizeof(std::string) + name.size();
  path_.resize(frames_.back().parent_size);
  frames_.pop_back();
}

void TreeWalk::leave() {
  const UniqueFd child = std::move(frames_.back().fd);
  path_.resize(frames_.back().parent_size);
  frames_.pop_back();
  if (frames_.empty() || frames_.back().fd) return;
  Frame& parent = frames_.back();
  InodeFacts facts;
  UniqueFd fd(open_at(child.get(), "..", kDirectory, kStay));
  const int error = fd ? read_inode_facts(fd.get(), "", AT_EMPTY_PATH, facts) : errno;
  if (error != 0) {
    count_error(error);
  } else if (facts.is_same_device(top_) && facts.inode == parent.inode) {
    parent.fd = std::move(fd);
    return;
  }
  // The child was moved: the way up is lost. Back to the nearest directory that is still open; the first always is.
  while (!frames_.back().fd) abandon_last();
}

}  // namespace tmpfstrace
