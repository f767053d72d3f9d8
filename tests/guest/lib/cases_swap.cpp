// SPDX-License-Identifier: Apache-2.0
// A page in swap still belongs to its file and its superblock: going out and coming in is no free and no allocation.
#include <fcntl.h>
#include <unistd.h>

#include "block_device.h"
#include "case_table.h"
#include "shared_mapping.h"

namespace guest {
namespace {

constexpr std::int64_t kSize = 4 << 20;

void swap_out_in_off(Fixture& f) {
  SwapSpace swap;
  const Mount m("size=16m");
  const Counters before = f.checkpoint(m);
  Tally t;
  Fd fd(create(m.file("file"), t));
  for (int i = 0; i < kSize / (1 << 20); ++i) put(fd.get(), pattern(), 1 << 20, kAtPosition, t);
  SharedMapping area(fd, kSize);
  push_out(area, *f.env.own);
  f.expect_eq("resident_bytes while swapped out", kSize, (f.checkpoint(m) - before).resident);
  static char buffer[1 << 20];
  f.expect_eq("bytes read back", 1 << 20, ::pread(fd.get(), buffer, sizeof buffer, 0));
  *area.page((2 << 20) / kPage) = 7;
  Counters d = f.checkpoint(m) - before;
  f.expect_eq("allocated_bytes after swapping in", kSize, d.allocated);
  f.expect_eq("freed_bytes after swapping in", 0, d.freed);
  push_out(area, *f.env.own);
  f.expect(::fallocate(fd.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 1 << 20, 1 << 20) == 0, "punch failed");
  f.expect(::ftruncate(fd.get(), 3 << 20) == 0, "ftruncate failed");
  d = f.checkpoint(m) - before;
  f.expect_eq("freed_bytes of swapped pages", 2 << 20, d.freed);
  f.expect(swap.stop(), "swapoff failed");
  d = f.checkpoint(m) - before;
  f.expect_eq("resident_bytes after swapoff", 2 << 20, d.resident);
  f.expect_tally("swap", t, d);
  area.unmap();
  fd.close();
  ::unlink(m.file("file").c_str());
  f.expect_eq("resident_bytes at the end", 0, (f.checkpoint(m) - before).resident);
}

// Deleted while in swap: there is no page to see, only the ledger.
void swapped_file_deleted(Fixture& f) {
  SwapSpace swap;
  const Mount m("size=16m");
  const Counters before = f.checkpoint(m);
  Tally t;
  Fd fd(create(m.file("file"), t));
  for (int i = 0; i < kSize / (1 << 20); ++i) put(fd.get(), pattern(), 1 << 20, kAtPosition, t);
  SharedMapping area(fd, kSize);
  push_out(area, *f.env.own);
  area.unmap();
  fd.close();
  ::unlink(m.file("file").c_str());
  const Counters d = f.checkpoint(m) - before;
  f.expect(swap.stop(), "swapoff failed");
  f.expect_eq("freed_bytes", kSize, d.freed);
  f.expect_eq("inodes", 0, d.inodes);
}

}  // namespace

void add_swap_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"swap_out_in_off", Need::nothing, swap_out_in_off},
                             {"swapped_file_deleted", Need::nothing, swapped_file_deleted}});
}

}  // namespace guest
