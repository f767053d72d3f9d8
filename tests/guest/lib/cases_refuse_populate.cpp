// SPDX-License-Identifier: Apache-2.0
// Calls that ask for the pages of a mapping in advance, on a full superblock: one refusal for one refused call, none
// for a call that succeeds all the same.
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "case_table.h"
#include "full_mount.h"
#include "shared_mapping.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

namespace guest {
namespace {

constexpr std::int64_t kPages = 8;
constexpr int kTimes = 3;

// The call, several times, on a mapping of 8 pages for which there is room for 3 and then for none.
void expect_refused(Fixture& f, const std::string& what, Op op, int (*call)(char* area, std::size_t size)) {
  for (const std::int64_t free_pages : {3, 0}) {
    const FullMount full(f, free_pages);
    const Fd fd = full.file("mapped", kPages * kPage);
    const SharedMapping area(fd, kPages * kPage);
    Tally t;
    for (int i = 0; i < kTimes; ++i) t.refused[op][kBlocks] += call(area.page(0), area.size()) != 0 ? 1 : 0;
    f.expect_eq("own refusals of " + what, kTimes, t.refused[op][kBlocks]);
    f.expect_tally(what + " with room for " + std::to_string(free_pages), t, full.counted(f));
    f.expect_event(full.mount, blocks_event(f, op, "*", "mapped"));
  }
}

void populate_on_full(Fixture& f) {
  expect_refused(f, "MADV_POPULATE_WRITE", kMadvise,
                 [](char* area, std::size_t size) { return ::madvise(area, size, MADV_POPULATE_WRITE); });
  expect_refused(f, "MADV_POPULATE_READ", kMadvise,
                 [](char* area, std::size_t size) { return ::madvise(area, size, MADV_POPULATE_READ); });
}

void mlock_on_full(Fixture& f) {
  expect_refused(f, "mlock", kFault, [](char* area, std::size_t size) { return ::mlock(area, size); });
}

void mlock2_on_full(Fixture& f) {
  expect_refused(f, "mlock2", kFault, [](char* area, std::size_t size) {
    return static_cast<int>(::syscall(SYS_mlock2, area, size, 0));  // the C library would call mlock
  });
}

// The refused page is the first of its mapping, but not of the range.
void populate_over_two_mappings(Fixture& f) {
  const FullMount full(f);
  const Fd fd = full.file("mapped", 2 * kPage);
  char* area =
      static_cast<char*>(::mmap(nullptr, 4 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  ::mmap(area + 2 * kPage, 2 * kPage, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd.get(), 0);
  Tally t;
  for (int i = 0; i < kTimes; ++i) t.refused[kFault][kBlocks] += ::mlock(area, 4 * kPage) != 0 ? 1 : 0;
  f.expect_eq("own refusals of mlock", kTimes, t.refused[kFault][kBlocks]);
  if (f.env.kernel.madvise_populate) {
    for (int i = 0; i < kTimes; ++i) {
      t.refused[kMadvise][kBlocks] += ::madvise(area, 4 * kPage, MADV_POPULATE_WRITE) != 0 ? 1 : 0;
    }
    f.expect_eq("own refusals of madvise", kTimes, t.refused[kMadvise][kBlocks]);
  }
  f.expect_tally("two mappings", t, full.counted(f));
  ::munmap(area, 4 * kPage);
}

// The pages that could not be had are left out and the call succeeds: nobody was refused.
void populate_that_succeeds_anyway(Fixture& f) {
  const FullMount full(f, 3);
  const Fd fd = full.file("mapped", 2 * kPages * kPage);
  const SharedMapping area(fd, kPages * kPage, MAP_POPULATE);
  f.expect_eq("refusals of MAP_POPULATE", 0, full.counted(f).refused);
  f.expect_eq("mlockall", 0, ::mlockall(MCL_CURRENT));
  f.expect_eq("refusals of mlockall", 0, full.counted(f).refused);
  // A locked mapping that grows is populated as well.
  void* grown = ::mremap(area.page(0), kPages * kPage, 2 * kPages * kPage, MREMAP_MAYMOVE);
  f.expect(grown != MAP_FAILED, "mremap failed");
  f.expect_eq("refusals of mremap", 0, full.counted(f).refused);
  ::munmap(grown, 2 * kPages * kPage);
  ::munlockall();
  f.expect_eq("allocated_bytes", 3 * kPage, full.counted(f).allocated);
}

}  // namespace

void add_populate_refusal_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"populate_on_full", Need::populate, populate_on_full},
                             {"mlock_on_full", Need::nothing, mlock_on_full},
                             {"mlock2_on_full", Need::nothing, mlock2_on_full},
                             {"populate_over_two_mappings", Need::nothing, populate_over_two_mappings},
                             {"populate_that_succeeds_anyway", Need::nothing, populate_that_succeeds_anyway}});
}

}  // namespace guest
