// SPDX-License-Identifier: Apache-2.0
// How pages come and go: holes, truncation, fallocate, files that outlive their name.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "case_table.h"

namespace guest {
namespace {

void sparse_write(Fixture& f) {
  const Mount m("size=16m");
  const Counters before = f.checkpoint(m);
  Tally t;
  const Fd fd(create(m.file("sparse"), t));
  put(fd.get(), "a", 1, 0, t);
  put(fd.get(), "b", 1, 1 << 20, t);
  put(fd.get(), pattern(), 5000, (4 << 20) + 4000, t);  // touches three pages
  const Counters d = f.checkpoint(m) - before;
  f.expect_eq("allocated_bytes", 5 * kPage, d.allocated);
  f.expect_eq("freed_bytes", 0, d.freed);
  f.expect_tally("sparse", t, d);
  f.expect_created("sparse", t, d);
}

void truncate_up_down(Fixture& f) {
  const Mount m("size=16m");
  const Counters before = f.checkpoint(m);
  Tally t;
  const Fd fd(create(m.file("file"), t));
  put(fd.get(), pattern(), 64 * 1024, 0, t);
  f.expect(::ftruncate(fd.get(), 8 << 20) == 0, "ftruncate up failed");
  f.expect_eq("after truncate up, allocated_bytes", 64 * 1024, (f.checkpoint(m) - before).allocated);
  f.expect(::ftruncate(fd.get(), 100) == 0, "ftruncate down failed");
  const Counters d = f.checkpoint(m) - before;
  f.expect_eq("after truncate down, freed_bytes", 15 * kPage, d.freed);
  f.expect(::ftruncate(fd.get(), 0) == 0, "ftruncate to 0 failed");
  f.expect_eq("after truncate to 0, freed_bytes", 16 * kPage, (f.checkpoint(m) - before).freed);
}

void punch_hole(Fixture& f) {
  const Mount m("size=16m");
  const Counters before = f.checkpoint(m);
  Tally t;
  const Fd fd(create(m.file("file"), t));
  put(fd.get(), pattern(), 64 * 1024, 0, t);
  // Not on page boundaries: the two pages at the edges stay, zeroed in part.
  f.expect(::fallocate(fd.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 2000, 8 * kPage) == 0, "punch failed");
  const Counters d = f.checkpoint(m) - before;
  f.expect_eq("freed_bytes", 7 * kPage, d.freed);
  f.expect_eq("resident_bytes", 9 * kPage, d.resident);
  f.expect_eq("refused", 0, d.refused);
}

void fallocate_fits(Fixture& f) {
  const Mount m("size=16m");
  const Counters before = f.checkpoint(m);
  Tally t;
  const Fd fd(create(m.file("file"), t));
  f.expect(::fallocate(fd.get(), 0, 0, 1 << 20) == 0, "fallocate failed");
  f.expect_eq("allocated_bytes", 1 << 20, (f.checkpoint(m) - before).allocated);
  f.expect(::fallocate(fd.get(), FALLOC_FL_KEEP_SIZE, 1 << 20, 1 << 20) == 0, "fallocate KEEP_SIZE failed");
  f.expect(::fallocate(fd.get(), 0, 0, 1 << 20) == 0, "fallocate again failed");
  const Counters d = f.checkpoint(m) - before;
  f.expect_eq("allocated_bytes with KEEP_SIZE", 2 << 20, d.allocated);
  f.expect_eq("written_bytes", 0, d.written);
  f.expect_eq("refused", 0, d.refused);
}

void fallocate_undone(Fixture& f) {
  const Mount m("size=1m");
  const Counters before = f.checkpoint(m);
  Tally t;
  const std::string dir = m.file("spool");
  make_directory(dir, t);
  const Fd fd(create(dir + "/big", t));
  put(fd.get(), pattern(), 512 * 1024, 0, t);
  note(::fallocate(fd.get(), 0, 512 * 1024, 768 * 1024), kFallocate, kBlocks, t);
  const Counters d = f.checkpoint(m) - before;
  f.expect_eq("own refusals", 1, t.refused[kFallocate][kBlocks]);
  f.expect_eq("resident_bytes", 512 * 1024, d.resident);
  f.expect_tally("undone", t, d);
  f.expect_event(m, {kFallocate, kBlocks, "ENOSPC", "big", "spool", ::getpid(), "guest-test", f.env.own->path()});
}

void fallocate_longer_than_mount(Fixture& f) {
  const Mount m("size=1m");
  const Counters before = f.checkpoint(m);
  Tally t;
  const std::string dir = m.file("spool");
  make_directory(dir, t);
  const Fd fd(create(dir + "/huge", t));
  note(::fallocate(fd.get(), 0, 0, 64 << 20), kFallocate, kBlocks, t);
  const Counters d = f.checkpoint(m) - before;
  f.expect_eq("own refusals", 1, t.refused[kFallocate][kBlocks]);
  f.expect_eq("allocated_bytes", 0, d.allocated);
  f.expect_tally("early", t, d);
  f.expect_event(m, {kFallocate, kBlocks, "ENOSPC", "huge", "spool", ::getpid(), "guest-test", f.env.own->path()});
}

void unlink_while_open(Fixture& f) {
  const Mount m("size=16m");
  const Counters before = f.checkpoint(m);
  Tally t;
  Fd fd(create(m.file("gone"), t));
  put(fd.get(), pattern(), 40 * 1024, 0, t);
  ::unlink(m.file("gone").c_str());
  put(fd.get(), pattern(), 40 * 1024, 40 * 1024, t);
  const Counters open = f.checkpoint(m) - before;
  f.expect_eq("resident_bytes while open", 80 * 1024, open.resident);
  f.expect_eq("removed regular while open", 0, open.removed[kRegular]);
  fd.close();
  const Counters closed = f.checkpoint(m) - before;
  f.expect_eq("freed_bytes after close", 80 * 1024, closed.freed);
  f.expect_eq("removed regular after close", 1, closed.removed[kRegular]);
  f.expect_tally("unlinked", t, closed);
}

void reads_count_nothing(Fixture& f) {
  const Mount m("size=16m");
  Tally t;
  put_file(m.file("file"), pattern(), 64 * 1024, t);
  const Fd fd = open_file(m.file("file"), O_RDWR);
  f.expect(::ftruncate(fd.get(), 1 << 20) == 0, "ftruncate failed");
  const Counters before = f.checkpoint(m);
  static char buffer[1 << 20];
  // read() of a hole gives zeros without making a page.
  f.expect_eq("bytes read", 1 << 20, ::pread(fd.get(), buffer, sizeof buffer, 0));
  const Counters d = f.checkpoint(m) - before;
  f.expect(d == Counters{}, "a read changed the counters of its superblock");
}

}  // namespace

void add_space_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"sparse_write", Need::nothing, sparse_write},
                             {"truncate_up_down", Need::nothing, truncate_up_down},
                             {"punch_hole", Need::nothing, punch_hole},
                             {"fallocate_fits", Need::nothing, fallocate_fits},
                             {"fallocate_undone", Need::nothing, fallocate_undone},
                             {"fallocate_longer_than_mount", Need::nothing, fallocate_longer_than_mount},
                             {"unlink_while_open", Need::nothing, unlink_while_open},
                             {"reads_count_nothing", Need::nothing, reads_count_nothing}});
}

}  // namespace guest
