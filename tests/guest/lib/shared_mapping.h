// SPDX-License-Identifier: Apache-2.0
// All of a file, shared and writable.
#pragma once

#include <cstddef>
#include <cstdint>

#include "util.h"

namespace guest {

class SharedMapping {
 public:
  // Throws when the kernel refuses.
  SharedMapping(const Fd& fd, std::int64_t size, int more_flags = 0);
  ~SharedMapping() { unmap(); }
  SharedMapping(const SharedMapping&) = delete;
  SharedMapping& operator=(const SharedMapping&) = delete;

  char* page(std::int64_t number) const { return area_ + number * kPage; }
  std::size_t size() const { return size_; }
  void unmap();

 private:
  char* area_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace guest
