// SPDX-License-Identifier: Apache-2.0
// Huge pages: made, split by truncation and holes, collapsed from small ones.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "case_table.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

namespace guest {
namespace {

// Exact at once, while ShmemHugePages stays in a batch of each CPU on old kernels.
std::int64_t huge_pages_made() { return read_key("/proc/vmstat", "thp_file_alloc"); }

void huge_pages_split(Fixture& f) {
  const Mount m("size=64m,huge=always");
  const Counters before = f.checkpoint(m);
  const std::int64_t huge_before = huge_pages_made();
  Tally t;
  const Fd fd(create(m.file("huge"), t));
  for (int i = 0; i < 4; ++i) put(fd.get(), pattern(), 1 << 20, kAtPosition, t);
  const Counters written = f.checkpoint(m) - before;
  f.expect_eq("huge pages made", 2, huge_pages_made() - huge_before);
  f.expect_eq("allocated_bytes", 4 << 20, written.allocated);
  f.expect_tally("huge", t, written);
  f.expect(::ftruncate(fd.get(), 3 << 19) == 0, "ftruncate failed");
  f.expect((f.checkpoint(m) - before).freed >= kHugePage, "truncation freed less than the whole page behind the end");
  f.expect(::fallocate(fd.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 100 * kPage, 50 * kPage) == 0,
           "punch failed");
  f.checkpoint(m);
  f.expect(::ftruncate(fd.get(), 6 << 20) == 0, "ftruncate up failed");
  put(fd.get(), "x", 1, 5 << 20, t);  // one byte can take 2 MiB here
  f.checkpoint(m);
  f.check_cgroup(*f.env.own);
  ::unlink(m.file("huge").c_str());
  f.checkpoint(m);
}

void huge_pages_by_fault(Fixture& f) {
  const Mount m("size=64m,huge=always");
  const Counters before = f.checkpoint(m);
  const std::int64_t huge_before = huge_pages_made();
  Tally t;
  const Fd fd(create(m.file("mapped"), t));
  f.expect(::ftruncate(fd.get(), 8 << 20) == 0, "ftruncate failed");
  char* area = static_cast<char*>(::mmap(nullptr, 8 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0));
  for (int i = 0; i < 4; ++i) area[i * kHugePage] = 1;
  const Counters touched = f.checkpoint(m) - before;
  f.expect_eq("huge pages made", 4, huge_pages_made() - huge_before);
  f.expect_eq("allocated_bytes of the faults", 4 * kHugePage, touched.allocated);
  ::madvise(area + kHugePage, kHugePage / 2, MADV_REMOVE);
  f.checkpoint(m);
  ::munmap(area, 8 << 20);
  f.expect(::ftruncate(fd.get(), 0) == 0, "ftruncate failed");
  f.expect_eq("resident_bytes at the end", 0, (f.checkpoint(m) - before).resident);
}

// Nearly full, a huge page does not fit any more and the kernel falls back to small ones: no refusal of anybody.
void huge_page_fallback(Fixture& f) {
  const Mount m("size=5m,huge=always");
  const Counters before = f.checkpoint(m);
  Tally t;
  const std::int64_t huge_before = huge_pages_made();
  const Fd fd(create(m.file("file"), t));
  while (put(fd.get(), pattern(), 256 * 1024, kAtPosition, t) == 256 * 1024) {
  }
  f.expect_eq("huge pages made", 2, huge_pages_made() - huge_before);
  f.expect_eq("own write refusals", 1, t.refused[kWrite][kBlocks]);
  const Counters d = f.checkpoint(m) - before;
  f.expect_eq("resident_bytes of the full mount", 5 << 20, d.resident);
  f.expect_tally("fallback", t, d);
}

void collapse(Fixture& f) {
  const Mount m("size=64m,huge=advise");
  const Counters before = f.checkpoint(m);
  Tally t;
  const Fd fd(create(m.file("sparse"), t));
  f.expect(::ftruncate(fd.get(), kHugePage) == 0, "ftruncate failed");
  for (int page = 0; page < 512; page += 2) put(fd.get(), "x", 1, page * kPage, t);
  f.expect_eq("allocated_bytes before", 256 * kPage, (f.checkpoint(m) - before).allocated);
  void* reserved = ::mmap(nullptr, 2 * kHugePage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const auto aligned = (reinterpret_cast<std::uintptr_t>(reserved) + kHugePage - 1) & ~(std::uintptr_t{kHugePage} - 1);
  void* area =
      ::mmap(reinterpret_cast<void*>(aligned), kHugePage, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd.get(), 0);
  ::madvise(area, kHugePage, MADV_HUGEPAGE);
  attempt_load(static_cast<char*>(area));
  int error = 0;
  poll_until(std::chrono::seconds(10), [&] {
    error = ::madvise(area, kHugePage, MADV_COLLAPSE) == 0 ? 0 : errno;
    return error != EAGAIN;
  });
  const Counters d = f.checkpoint(m) - before;
  ::munmap(reserved, 2 * kHugePage);
  if (error == EAGAIN) throw Skip("MADV_COLLAPSE found the pages busy at every try");
  f.expect(error == 0, "MADV_COLLAPSE failed with errno " + std::to_string(error));
  f.expect_eq("resident_bytes after the collapse", kHugePage, d.resident);
  f.check_cgroup(*f.env.own);
  ::unlink(m.file("sparse").c_str());
  f.checkpoint(m);
}

}  // namespace

void add_huge_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"huge_pages_split", Need::nothing, huge_pages_split},
                             {"huge_pages_by_fault", Need::nothing, huge_pages_by_fault},
                             {"huge_page_fallback", Need::nothing, huge_page_fallback},
                             {"collapse", Need::collapse, collapse}});
}

}  // namespace guest
