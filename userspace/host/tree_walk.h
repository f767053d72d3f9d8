// SPDX-License-Identifier: Apache-2.0
// Stats everything in one mounted tree of one superblock, without ever leaving it.
//
// The tree is its users', who may change it meanwhile and may be hostile: no link is followed, no mount is crossed,
// no file is opened but directories, depth costs no stack and no descriptors, and memory is bounded. Times of access
// are left as they are where we may (CAP_FOWNER): what cleans up by age must not take our looks for use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "host/inode_visit.h"
#include "host/unique_fd.h"

namespace tmpfstrace {

class TreeWalk {
 public:
  // Both references must outlive the walk. Bare: nothing can be mounted inside the tree (a clone made by open_tree), so
  // that a plain fstatat cannot end up on another file system, whose server might not answer.
  // root: the tree's path inside the superblock.
  TreeWalk(const InodeVisitor& visitor, WalkCounts& counts, bool bare, std::string root = "/");

  // top: an O_PATH descriptor of the tree's root, kept by the caller. The root itself is visited too.
  void run(int top);

 private:
  // A directory whose subdirectories are being walked. Only the deepest kMaxOpen and the first hold a descriptor; the
  // others are found again through ".." and recognised by their inode.
  struct Frame {
    UniqueFd fd;
    std::uint64_t inode = 0;
    std::size_t parent_size = 0;       // of path_ in the directory that it is in
    std::vector<std::string> pending;  // subdirectories yet to be entered
  };

  bool stat_entry(int directory, const char* name, InodeFacts& facts);
  void visit_entry(Frame& frame, const char* name);
  void list(Frame& frame);
  void enter(int directory, const char* name);
  void descend();
  void leave();
  void abandon_last();
  void visit(const InodeFacts& facts, int fd, const char* name, int flags, const char* entry);
  void count_error(int code) { ++counts_.errors[code]; }

  const InodeVisitor& visitor_;
  WalkCounts& counts_;
  bool bare_;
  std::string path_;  // of the directory that is listed
  InodeFacts top_;
  std::size_t pending_bytes_ = 0;
  std::vector<Frame> frames_;
};

}  // namespace tmpfstrace
