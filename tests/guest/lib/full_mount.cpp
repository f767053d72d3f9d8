// SPDX-License-Identifier: Apache-2.0
#include "full_mount.h"

#include <sys/mman.h>
#include <unistd.h>

namespace guest {

FullMount::FullMount(Fixture& f, std::int64_t free_pages) {
  Tally t;
  make_directory(spool, t);
  const Fd fd(create(spool + "/ballast", t));
  put(fd.get(), pattern(), static_cast<std::size_t>((1 << 20) - free_pages * kPage), 0, t);
  before = f.checkpoint(mount);
}

Fd FullMount::file(const std::string& name, std::int64_t size) const {
  Tally t;
  Fd fd(create(spool + "/" + name, t));
  if (::ftruncate(fd.get(), size) != 0) throw_errno("ftruncate");
  return fd;
}

SharedMapping::SharedMapping(const Fd& fd, std::int64_t size, int more_flags) : size_(static_cast<std::size_t>(size)) {
  void* area = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED | more_flags, fd.get(), 0);
  if (area == MAP_FAILED) throw_errno("mmap");
  area_ = static_cast<char*>(area);
}

SharedMapping::~SharedMapping() { ::munmap(area_, size_); }

ExpectedEvent blocks_event(const Fixture& f, Op op, const std::string& error, const std::string& file) {
  return {op, kBlocks, error, file, "spool", ::getpid(), "guest-test", f.env.own->path()};
}

}  // namespace guest
