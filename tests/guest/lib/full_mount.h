// SPDX-License-Identifier: Apache-2.0
// A mount of 1 MiB with a directory "spool", in which a file takes all but some pages.
#pragma once

#include <string>

#include "fixture.h"

namespace guest {

struct FullMount {
  Mount mount{"size=1m"};
  std::string spool = mount.file("spool");
  Counters before;

  explicit FullMount(Fixture& f, std::int64_t free_pages = 0);
  // A file of holes, in "spool".
  Fd file(const std::string& name, std::int64_t size) const;
};

// All of a file, shared and writable; unmapped at the end.
class SharedMapping {
 public:
  SharedMapping(const Fd& fd, std::int64_t size, int more_flags = 0);
  ~SharedMapping();
  SharedMapping(const SharedMapping&) = delete;
  SharedMapping& operator=(const SharedMapping&) = delete;
  char* page(std::int64_t number) const { return area_ + number * kPage; }
  std::size_t size() const { return size_; }

 private:
  char* area_ = nullptr;
  std::size_t size_ = 0;
};

// A refusal for want of blocks, by this process, of a file in "spool".
ExpectedEvent blocks_event(const Fixture& f, Op op, const std::string& error, const std::string& file);

}  // namespace guest
