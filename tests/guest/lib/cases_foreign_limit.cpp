// SPDX-License-Identifier: Apache-2.0
// Other file systems refuse as well, through the same functions of the kernel: no refusal of a tmpfs. An overlay's are
// those of the file system that its upper layer lies on.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "case_table.h"
#include "foreign.h"
#include "shared_mapping.h"

namespace guest {
namespace {

// Fills the file system that `spool` is on: by write until nothing is left, then by fallocate and through a mapping.
Tally fill(Fixture& f, const std::string& spool) {
  Tally t;
  const Fd hole(create(spool + "/hole", t));
  if (::ftruncate(hole.get(), 64 * kPage) != 0) throw_errno("ftruncate");
  const SharedMapping area(hole, 64 * kPage);
  const Fd fd(create(spool + "/log", t));
  for (int i = 0; i < 10'000 && t.refused[kWrite][kBlocks] < 5; ++i) put(fd.get(), pattern(), 20'000, kAtPosition, t);
  for (int i = 0; i < 3; ++i) {
    f.expect(note(::fallocate(fd.get(), 0, 0, 64 << 20), kFallocate, kBlocks, t) < 0, "fallocate found room");
  }
  for (int page = 0; page < 64; ++page) t.refused[kFault][kBlocks] += attempt_store(area.page(page), 1) ? 0 : 1;
  f.expect_eq("own write refusals", 5, t.refused[kWrite][kBlocks]);
  f.expect_eq("own SIGBUS", 64, t.refused[kFault][kBlocks]);
  return t;
}

void full_ext4_leaves_no_trace(Fixture& f) {
  const auto m = ext4_or_skip("4096");
  expect_no_trace_of(f, [&] { fill(f, m->path()); });
}

void full_overlay_on_ext4_leaves_no_trace(Fixture& f) {
  const auto base = ext4_or_skip("4096");
  const auto m = overlay_or_skip(*base);
  expect_no_trace_of(f, [&] { fill(f, m->path()); });
}

void full_overlay_on_tmpfs_counts_there(Fixture& f) {
  const Mount base("size=2m");
  const auto m = overlay_or_skip(base);
  const Counters before = f.checkpoint(base);
  const Tally t = fill(f, m->path());
  f.expect_eq("own fallocate refusals", 3, t.refused[kFallocate][kBlocks]);
  f.expect_tally("overlay", t, f.checkpoint(base) - before);
}

}  // namespace

void add_foreign_limit_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(),
               {{"full_ext4_leaves_no_trace", Need::nothing, full_ext4_leaves_no_trace},
                {"full_overlay_on_ext4_leaves_no_trace", Need::nothing, full_overlay_on_ext4_leaves_no_trace},
                {"full_overlay_on_tmpfs_counts_there", Need::nothing, full_overlay_on_tmpfs_counts_there}});
}

}  // namespace guest
