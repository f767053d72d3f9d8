// SPDX-License-Identifier: Apache-2.0
// Huge pages that reach beyond the end of their file are split by the kernel when blocks run out.
#include <fcntl.h>
#include <unistd.h>

#include <stdexcept>

#include "case_table.h"
#include "shared_mapping.h"

namespace guest {
namespace {

constexpr std::int64_t kSize = 2 * kHugePage;

// Two files of this size, each of which took a huge page by a fault: nothing is left.
void take_all(const Mount& m, std::int64_t file_size) {
  for (const char* name : {"a", "b"}) {
    Tally t;
    const Fd fd(create(m.file(name), t));
    if (::ftruncate(fd.get(), file_size) != 0) throw_errno("ftruncate");
    const SharedMapping area(fd, kHugePage);  // aligned, beyond the end of the file as well
    *area.page(0) = 1;
  }
  if (m.usage().bytes != kSize) throw std::runtime_error("the kernel gave no huge page by a fault");
}

void huge_tails_are_split(Fixture& f) {
  const Mount m("size=4m,huge=always");
  const Counters start = f.checkpoint(m);
  take_all(m, 1);
  const Counters before = f.checkpoint(m);
  f.expect_eq("allocated_bytes of two bytes", kSize, (before - start).allocated);
  Tally t;
  const Fd fd(create(m.file("third"), t));
  f.expect_eq("bytes written by splitting", 1, put(fd.get(), pattern(), 1, 0, t));
  Counters d = f.checkpoint(m) - before;
  f.expect_tally("third", t, d);
  f.expect(d.freed > 0, "no tail was given back");
  // And then to the very end, where the limit does refuse.
  for (int i = 0; i < 10'000 && t.refused[kWrite][kBlocks] < 4; ++i) put(fd.get(), pattern(), 50'000, kAtPosition, t);
  f.expect_eq("own refusals", 4, t.refused[kWrite][kBlocks]);
  f.expect_tally("filled", t, f.checkpoint(m) - before);
}

// Within the size of their files no page reaches beyond an end: nothing can be split, and the limit refuses.
void huge_within_size(Fixture& f) {
  const Mount m("size=4m,huge=within_size");
  take_all(m, kHugePage);
  const Counters before = f.checkpoint(m);
  Tally t;
  const Fd fd(create(m.file("third"), t));
  for (int i = 0; i < 3; ++i) put(fd.get(), pattern(), 1, 0, t);
  f.expect_eq("own refusals", 3, t.refused[kWrite][kBlocks]);
  f.expect_tally("third", t, f.checkpoint(m) - before);
  // A shorter file has a tail.
  f.expect(::truncate(m.file("a").c_str(), kHugePage - 100 * kPage) == 0, "truncate failed");
  put(fd.get(), pattern(), 1, 0, t);
  f.expect_eq("own refusals after the truncation", 3, t.refused[kWrite][kBlocks]);
  f.expect_tally("truncated", t, f.checkpoint(m) - before);
}

}  // namespace

void add_huge_tail_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"huge_tails_are_split", Need::nothing, huge_tails_are_split},
                             {"huge_within_size", Need::nothing, huge_within_size}});
}

}  // namespace guest
