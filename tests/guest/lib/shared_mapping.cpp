// SPDX-License-Identifier: Apache-2.0
#include "shared_mapping.h"

#include <sys/mman.h>

namespace guest {

SharedMapping::SharedMapping(const Fd& fd, std::int64_t size, int more_flags) : size_(static_cast<std::size_t>(size)) {
  void* area = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED | more_flags, fd.get(), 0);
  if (area == MAP_FAILED) throw_errno("mmap");
  area_ = static_cast<char*>(area);
}

void SharedMapping::unmap() {
  if (area_ != nullptr) ::munmap(area_, size_);
  area_ = nullptr;
}

}  // namespace guest
