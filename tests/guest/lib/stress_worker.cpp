// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>

#include "ops.h"
#include "stress.h"

namespace guest {
namespace {

constexpr std::size_t kMapSize = 16 * kPage;
constexpr std::size_t kPageOutSize = 512 * 1024;  // more than any file but what a big fallocate leaves

class Worker {
 public:
  Worker(const StressPlan& plan, StressSlot& slot, int index) : plan_(plan), slot_(slot), index_(index) {
    state_ = plan.seed * 0x9E3779B97F4A7C15u + static_cast<std::uint64_t>(index + 1) * 0xD1B54A32D192ED03u;
  }
  // False when nothing came of it: no call succeeded and none was refused.
  bool step();

 private:
  // A file that only this worker knows: nobody else truncates it, so a SIGBUS within its size is a refusal.
  struct Mapping {
    Fd fd;
    char* area = nullptr;
  };

  std::uint64_t random() {  // splitmix64
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  std::uint64_t below(std::uint64_t limit) { return random() % limit; }
  std::string name(const char* prefix, std::uint64_t count) {
    return root() + "/" + prefix + std::to_string(below(count));
  }
  std::string file() { return name("f", 24); }
  const std::string& root() const { return plan_.roots[mount_]; }
  Tally& tally() { return slot_.tally[static_cast<std::size_t>(mount_)]; }
  // Each result of a system call passes here.
  template <typename Result>
  Result act(Result result) {
    acted_ = acted_ || result >= 0 || is_limit(errno);
    return result;
  }
  void act_made(bool made) { act(made ? 0 : -1); }
  std::size_t size() { return 1 + below(below(16) == 0 ? 96 * 1024 : 8192); }
  off_t offset() { return static_cast<off_t>(below(256 * 1024)); }

  Fd open_or_create(int more_flags = 0);
  void write_some();
  void change_space(std::uint64_t what);
  void store_to_mapping();
  void change_names(std::uint64_t what);
  void rename_some(std::uint64_t what);
  void tmpfile();
  void xattr();
  void memfd();
  void page_out();

  const StressPlan& plan_;
  StressSlot& slot_;
  int index_;
  int mount_ = 0;
  bool acted_ = false;
  std::uint64_t state_;
  Mapping mappings_[kStressMounts];
};

Fd Worker::open_or_create(int more_flags) {
  const std::string path = file();
  // O_EXCL tells a creation from an opening; that it finds the name taken is no refusal.
  Fd fd(act(create(path, tally())));
  if (fd.get() < 0 || more_flags != 0) fd = Fd(act(::open(path.c_str(), O_RDWR | O_CLOEXEC | more_flags)));
  return fd;
}

void Worker::write_some() {
  const bool append = below(4) == 0;
  const Fd fd = open_or_create(append ? O_APPEND : 0);
  if (fd.get() < 0) return;
  act(put(fd.get(), pattern(), size(), append || below(4) == 0 ? kAtPosition : offset(), tally()));
}

void Worker::change_space(std::uint64_t what) {
  const Fd fd(::open(file().c_str(), O_RDWR | O_CLOEXEC));
  if (fd.get() < 0) return;
  if (what == 0) {
    act(::ftruncate(fd.get(), below(3) == 0 ? 0 : offset()));
  } else if (what == 1) {
    act(::fallocate(fd.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset(), static_cast<off_t>(size())));
  } else {
    const int mode = below(2) == 0 ? FALLOC_FL_KEEP_SIZE : 0;
    const off_t length = below(32) == 0 ? 64 << 20 : static_cast<off_t>(size());
    note(act(::fallocate(fd.get(), mode, offset(), length)), kFallocate, kBlocks, tally());
  }
}

void Worker::store_to_mapping() {
  Mapping& mapping = mappings_[mount_];
  if (mapping.fd.get() < 0) {
    mapping.fd = Fd(act(create(root() + "/w" + std::to_string(index_), tally())));
    if (mapping.fd.get() < 0 || ::ftruncate(mapping.fd.get(), kMapSize) != 0) return;
    mapping.area =
        static_cast<char*>(::mmap(nullptr, kMapSize, PROT_READ | PROT_WRITE, MAP_SHARED, mapping.fd.get(), 0));
  }
  acted_ = true;  // a store is made or refused
  for (int i = 0; i < 4; ++i) {
    if (!attempt_store(mapping.area + below(kMapSize), 1)) ++tally().refused[kFault][kBlocks];
  }
  if (below(4) == 0) ::fallocate(mapping.fd.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, kMapSize);
}

void Worker::change_names(std::uint64_t what) {
  switch (what) {
    case 0: act_made(make_directory(name("d", 6), tally())); break;
    case 1: act(::rmdir(name("d", 6).c_str())); break;
    case 2:
      // Only where inodes abound can a long target be refused for nothing but its page.
      if (mount_ == 0 && below(2) == 0) {
        act_made(make_symlink(std::string(3000, 's'), name("s", 6), tally(), kBlocks));
      } else {
        act_made(make_symlink("target", name("s", 6), tally()));
      }
      break;
    case 3: act(::unlink(name("s", 6).c_str())); break;
    case 4: act_made(make_link(file(), name("l", 8), tally())); break;
    case 5: act(::unlink(name("l", 8).c_str())); break;
    case 6: act_made(make_fifo(name("p", 4), tally())); break;
    default: act(::unlink(name("p", 4).c_str())); break;
  }
}

void Worker::rename_some(std::uint64_t what) {
  const std::string from = file();
  const std::string to = below(4) == 0 ? name("l", 8) : file();
  if (what == 0) {
    act(::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE));
  } else if (what == 1) {
    // To a name that is this worker's alone, and free: between two names of one inode a rename does nothing and
    // succeeds.
    const std::string own = root() + "/v" + std::to_string(index_);
    ::unlink(own.c_str());
    const int result = act(::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, own.c_str(), RENAME_WHITEOUT));
    if (note(result, kRename, kInodes, tally()) == 0) ++tally().created[kOther];
  } else {
    act(::rename(from.c_str(), to.c_str()));
  }
}

void Worker::tmpfile() {
  const Fd fd(act(make_tmpfile(root(), tally())));
  if (fd.get() < 0) return;
  put(fd.get(), pattern(), size(), 0, tally());
  if (below(3) == 0) {
    // Its first name takes nothing: no extra link, and no limit can refuse it.
    const std::string self = "/proc/self/fd/" + std::to_string(fd.get());
    ::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, file().c_str(), AT_SYMLINK_FOLLOW);
  }
}

void Worker::xattr() {
  const std::string path = file();
  const std::string key = "trusted.x" + std::to_string(below(3));
  if (below(4) == 0) {
    act(::removexattr(path.c_str(), key.c_str()));
  } else {
    note(act(::setxattr(path.c_str(), key.c_str(), pattern(), below(3000), 0)), kXattr, kInodes, tally());
  }
}

void Worker::memfd() {
  const Fd fd(act(::memfd_create("stress", MFD_CLOEXEC)));
  if (fd.get() < 0) return;
  Tally& internal = slot_.tally[kInternal];
  ++internal.created[kRegular];
  put(fd.get(), pattern(), size(), 0, internal);
}

// The mapping fills the holes of the file as far as there is room; that it finds none fails nobody.
void Worker::page_out() {
  const Fd fd(act(::open(file().c_str(), O_RDWR | O_CLOEXEC)));
  if (fd.get() < 0) return;
  void* area = ::mmap(nullptr, kPageOutSize, PROT_READ, MAP_SHARED | MAP_POPULATE, fd.get(), 0);
  if (area == MAP_FAILED) return;
  ::madvise(area, kPageOutSize, MADV_PAGEOUT);
  ::munmap(area, kPageOutSize);
}

bool Worker::step() {
  mount_ = static_cast<int>(below(kStressMounts));
  acted_ = false;
  const std::uint64_t dice = below(100);
  if (plan_.page_out && below(8) == 0) {
    page_out();
  } else if (dice < 38) {
    write_some();
  } else if (dice < 54) {
    change_space(below(3));
  } else if (dice < 62) {
    store_to_mapping();
  } else if (dice < 74) {
    act(::unlink(file().c_str()));
  } else if (dice < 80) {
    rename_some(below(4));
  } else if (dice < 94) {
    change_names(below(8));
  } else if (dice < 96) {
    tmpfile();
  } else if (dice < 99) {
    if (plan_.xattrs) xattr();
  } else {
    memfd();
  }
  return acted_;
}

}  // namespace

int stress_worker(const StressPlan& plan, StressControl& control, int index) {
  StressSlot& slot = control.slots[index];
  Worker worker(plan, slot, index);
  while (control.stop == 0) {
    const std::uint64_t epoch = control.epoch;
    if (slot.done >= control.allowed) {
      slot.parked = epoch;
      nap(std::chrono::milliseconds(1));
      continue;
    }
    if (worker.step()) ++slot.done;
    if (control.pause_ms > 0) nap(std::chrono::milliseconds(control.pause_ms));
  }
  return 0;
}

}  // namespace guest
