// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "ops.h"
#include "stress.h"

namespace guest {
namespace {

constexpr std::size_t kMapSize = 16 * kPage;

class Worker {
 public:
  Worker(const StressPlan& plan, StressSlot& slot, int index) : plan_(plan), slot_(slot), index_(index) {
    state_ = plan.seed * 0x9E3779B97F4A7C15u + static_cast<std::uint64_t>(index + 1) * 0xD1B54A32D192ED03u;
  }
  void step();

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
  Tally& tally() { return slot_.tally[mount_]; }
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

  const StressPlan& plan_;
  StressSlot& slot_;
  int index_;
  int mount_ = 0;
  std::uint64_t state_;
  Mapping mappings_[kStressMounts];
};

Fd Worker::open_or_create(int more_flags) {
  const std::string path = file();
  // O_EXCL tells a creation from an opening; that it finds the name taken is no refusal.
  Fd fd(create(path, tally()));
  if (fd.get() < 0 || more_flags != 0) fd = Fd(::open(path.c_str(), O_RDWR | O_CLOEXEC | more_flags));
  return fd;
}

void Worker::write_some() {
  const bool append = below(4) == 0;
  const Fd fd = open_or_create(append ? O_APPEND : 0);
  if (fd.get() < 0) return;
  put(fd.get(), pattern(), size(), append || below(4) == 0 ? kAtPosition : offset(), tally());
}

void Worker::change_space(std::uint64_t what) {
  const Fd fd(::open(file().c_str(), O_RDWR | O_CLOEXEC));
  if (fd.get() < 0) return;
  if (what == 0) {
    if (::ftruncate(fd.get(), below(3) == 0 ? 0 : offset()) != 0) return;
  } else if (what == 1) {
    ::fallocate(fd.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset(), static_cast<off_t>(size()));
  } else {
    const int mode = below(2) == 0 ? FALLOC_FL_KEEP_SIZE : 0;
    const off_t length = below(32) == 0 ? 64 << 20 : static_cast<off_t>(size());
    note(::fallocate(fd.get(), mode, offset(), length), kFallocate, kBlocks, tally());
  }
}

void Worker::store_to_mapping() {
  Mapping& mapping = mappings_[mount_];
  if (mapping.fd.get() < 0) {
    mapping.fd = Fd(create(root() + "/w" + std::to_string(index_), tally()));
    if (mapping.fd.get() < 0 || ::ftruncate(mapping.fd.get(), kMapSize) != 0) return;
    mapping.area =
        static_cast<char*>(::mmap(nullptr, kMapSize, PROT_READ | PROT_WRITE, MAP_SHARED, mapping.fd.get(), 0));
  }
  for (int i = 0; i < 4; ++i) {
    if (!attempt_store(mapping.area + below(kMapSize), 1)) ++tally().refused[kFault][kBlocks];
  }
  if (below(4) == 0) ::fallocate(mapping.fd.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, kMapSize);
}

void Worker::change_names(std::uint64_t what) {
  switch (what) {
    case 0: make_directory(name("d", 6), tally()); break;
    case 1: ::rmdir(name("d", 6).c_str()); break;
    case 2:
      // Only where inodes abound can a long target be refused for nothing but its page.
      if (mount_ == 0 && below(2) == 0) {
        make_symlink(std::string(3000, 's'), name("s", 6), tally(), kBlocks);
      } else {
        make_symlink("target", name("s", 6), tally());
      }
      break;
    case 3: ::unlink(name("s", 6).c_str()); break;
    case 4: make_link(file(), name("l", 8), tally()); break;
    case 5: ::unlink(name("l", 8).c_str()); break;
    case 6: make_fifo(name("p", 4), tally()); break;
    default: ::unlink(name("p", 4).c_str()); break;
  }
}

void Worker::rename_some(std::uint64_t what) {
  const std::string from = file();
  const std::string to = below(4) == 0 ? name("l", 8) : file();
  if (what == 0) {
    ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE);
  } else if (what == 1) {
    note(::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_WHITEOUT), kRename, kInodes, tally());
  } else {
    ::rename(from.c_str(), to.c_str());
  }
}

void Worker::tmpfile() {
  const Fd fd(make_tmpfile(root(), tally()));
  if (fd.get() < 0) return;
  put(fd.get(), pattern(), size(), 0, tally());
  if (below(3) == 0) {
    const std::string self = "/proc/self/fd/" + std::to_string(fd.get());
    ::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, file().c_str(), AT_SYMLINK_FOLLOW);
  }
}

void Worker::xattr() {
  const std::string path = file();
  const std::string key = "trusted.x" + std::to_string(below(3));
  if (below(4) == 0) {
    ::removexattr(path.c_str(), key.c_str());
  } else {
    note(::setxattr(path.c_str(), key.c_str(), pattern(), below(3000), 0), kXattr, kInodes, tally());
  }
}

void Worker::memfd() {
  const Fd fd(::memfd_create("stress", MFD_CLOEXEC));
  if (fd.get() >= 0 && ::write(fd.get(), pattern(), size()) < 0) return;
}

void Worker::step() {
  mount_ = static_cast<int>(below(kStressMounts));
  const std::uint64_t dice = below(100);
  if (dice < 38) {
    write_some();
  } else if (dice < 54) {
    change_space(below(3));
  } else if (dice < 62) {
    store_to_mapping();
  } else if (dice < 74) {
    ::unlink(file().c_str());
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
    worker.step();
    ++slot.done;
    if (control.pause_ms > 0) nap(std::chrono::milliseconds(control.pause_ms));
  }
  return 0;
}

}  // namespace guest
