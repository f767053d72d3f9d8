// SPDX-License-Identifier: Apache-2.0
// Inodes and names: kinds, links, renames, files without a name.
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>

#include "case_table.h"

namespace guest {
namespace {

void every_kind(Fixture& f) {
  const Mount m("size=16m");
  const Counters before = f.checkpoint(m);
  Tally t;
  ::close(create(m.file("file"), t));
  f.expect(::mknod(m.file("by_mknod").c_str(), S_IFREG | 0644, 0) == 0, "mknod of a regular file failed");
  ++t.created[kRegular];
  make_directory(m.file("dir"), t);
  make_directory(m.file("dir/sub"), t);
  make_symlink("short", m.file("symlink"), t);
  make_fifo(m.file("fifo"), t);
  make_link(m.file("file"), m.file("hard"), t);
  const Counters made = f.checkpoint(m) - before;
  f.expect_created("kinds", t, made);
  f.expect_eq("allocated_bytes", 0, made.allocated);
  for (const char* name : {"file", "by_mknod", "symlink", "fifo", "hard"}) ::unlink(m.file(name).c_str());
  ::rmdir(m.file("dir/sub").c_str());
  ::rmdir(m.file("dir").c_str());
  const Counters gone = f.checkpoint(m) - before;
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    f.expect_eq(std::string("removed ") + kKindNames[kind], t.created[kind], gone.removed[kind]);
  }
}

void hard_links(Fixture& f) {
  const Mount m("size=16m");
  const Counters before = f.checkpoint(m);
  Tally t;
  put_file(m.file("file"), pattern(), 8000, t);
  for (int i = 0; i < 10; ++i) make_link(m.file("file"), m.file("link" + std::to_string(i)), t);
  f.expect_created("links", t, f.checkpoint(m) - before);
  ::unlink(m.file("file").c_str());
  for (int i = 0; i < 9; ++i) ::unlink(m.file("link" + std::to_string(i)).c_str());
  const Counters last = f.checkpoint(m) - before;
  f.expect_eq("removed link", 10, last.removed[kLink]);
  f.expect_eq("resident_bytes by the last link", 2 * kPage, last.resident);
  ::unlink(m.file("link9").c_str());
  const Counters gone = f.checkpoint(m) - before;
  f.expect_eq("inodes at the end", 0, gone.inodes);
  f.expect_eq("resident_bytes at the end", 0, gone.resident);
}

void symlinks_short_and_long(Fixture& f) {
  const Mount m("size=16m");
  const Counters before = f.checkpoint(m);
  Tally t;
  make_symlink("target", m.file("short"), t);
  f.expect_eq("allocated_bytes of a short symlink", 0, (f.checkpoint(m) - before).allocated);
  // Too long for the inode: the target takes a page of its own.
  make_symlink(std::string(4000, 't'), m.file("long"), t);
  const Counters d = f.checkpoint(m) - before;
  f.expect_eq("allocated_bytes of a long symlink", kPage, d.allocated);
  f.expect_created("symlinks", t, d);
  ::unlink(m.file("short").c_str());
  ::unlink(m.file("long").c_str());
  const Counters gone = f.checkpoint(m) - before;
  f.expect_eq("freed_bytes", kPage, gone.freed);
  f.expect_eq("removed symlink", 2, gone.removed[kSymlink]);
}

void rename_over(Fixture& f) {
  const Mount m("size=16m");
  const Counters before = f.checkpoint(m);
  Tally t;
  put_file(m.file("a"), pattern(), 10'000, t);
  put_file(m.file("b"), pattern(), 20'000, t);
  make_directory(m.file("c"), t);
  make_directory(m.file("d"), t);
  f.expect(::rename(m.file("a").c_str(), m.file("b").c_str()) == 0, "rename failed");
  f.expect(::rename(m.file("c").c_str(), m.file("d").c_str()) == 0, "rename of a directory failed");
  const Counters d = f.checkpoint(m) - before;
  f.expect_eq("freed_bytes", 5 * kPage, d.freed);
  f.expect_eq("removed regular", 1, d.removed[kRegular]);
  f.expect_eq("removed directory", 1, d.removed[kDirectory]);
  // Over one name of two: only an extra link goes.
  put_file(m.file("e"), pattern(), 100, t);
  make_link(m.file("b"), m.file("b2"), t);
  f.expect(::rename(m.file("e").c_str(), m.file("b2").c_str()) == 0, "rename over a link failed");
  const Counters over = f.checkpoint(m) - before;
  f.expect_eq("removed link", 1, over.removed[kLink]);
  f.expect_eq("freed_bytes after renaming over a link", 5 * kPage, over.freed);
}

void rename_exchange(Fixture& f) {
  const Mount m("size=16m");
  Tally t;
  put_file(m.file("a"), pattern(), 10'000, t);
  put_file(m.file("b"), pattern(), 20'000, t);
  const Counters before = f.checkpoint(m);
  f.expect(::renameat2(AT_FDCWD, m.file("a").c_str(), AT_FDCWD, m.file("b").c_str(), RENAME_EXCHANGE) == 0,
           "renameat2 failed");
  f.expect(f.checkpoint(m) - before == Counters{}, "an exchange changed the counters");
}

void rename_whiteout(Fixture& f) {
  const Mount m("size=16m");
  Tally t;
  put_file(m.file("a"), pattern(), 10'000, t);
  const Counters before = f.checkpoint(m);
  f.expect(::renameat2(AT_FDCWD, m.file("a").c_str(), AT_FDCWD, m.file("b").c_str(), RENAME_WHITEOUT) == 0,
           "renameat2 failed");
  const Counters d = f.checkpoint(m) - before;
  f.expect_eq("created other", 1, d.created[kOther]);
  f.expect_eq("created in all", 1, d.created_sum());
  ::unlink(m.file("a").c_str());
  f.expect_eq("removed other", 1, (f.checkpoint(m) - before).removed[kOther]);
}

void tmpfile_closed_and_linked(Fixture& f) {
  const Mount m("size=16m");
  const Counters before = f.checkpoint(m);
  Tally t;
  Fd lost(make_tmpfile(m.path(), t));
  put(lost.get(), pattern(), 9'000, 0, t);
  Fd kept(make_tmpfile(m.path(), t));
  put(kept.get(), pattern(), 5'000, 0, t);
  const Counters open = f.checkpoint(m) - before;
  f.expect_created("tmpfile", t, open);
  // The first name of a file without a name takes no inode unit beyond the one it has.
  const std::string self = "/proc/self/fd/" + std::to_string(kept.get());
  f.expect(::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, m.file("named").c_str(), AT_SYMLINK_FOLLOW) == 0,
           "linkat failed");
  make_link(m.file("named"), m.file("second"), t);
  lost.close();
  kept.close();
  const Counters d = f.checkpoint(m) - before;
  f.expect_eq("inodes", 2, d.inodes);
  f.expect_eq("freed_bytes", 3 * kPage, d.freed);
  f.expect_eq("created link", 1, d.created[kLink]);
  ::unlink(m.file("named").c_str());
  ::unlink(m.file("second").c_str());
  const Counters gone = f.checkpoint(m) - before;
  f.expect_eq("inodes at the end", 0, gone.inodes);
  f.expect_eq("removed tmpfile", 2, gone.removed[kTmpfile]);
  f.expect_eq("removed regular", 0, gone.removed[kRegular]);
}

void many_files_and_directories(Fixture& f) {
  const Mount m("size=16m");
  const Counters before = f.checkpoint(m);
  Tally t;
  for (int d = 0; d < 20; ++d) {
    const std::string dir = m.file("d" + std::to_string(d));
    make_directory(dir, t);
    for (int i = 0; i < 20; ++i) put_file(dir + "/f" + std::to_string(i), pattern(), 1500, t);
  }
  const Counters full = f.checkpoint(m) - before;
  f.expect_tally("files", t, full);
  f.expect_created("files", t, full);
  f.expect_eq("allocated_bytes", 400 * kPage, full.allocated);
  remove_tree(m.path());
  const Counters gone = f.checkpoint(m) - before;
  f.expect_eq("resident_bytes at the end", 0, gone.resident);
  f.expect_eq("inodes at the end", 0, gone.inodes);
  f.check_cgroup(*f.env.own);
}

}  // namespace

void add_name_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"every_kind", Need::nothing, every_kind},
                             {"hard_links", Need::nothing, hard_links},
                             {"symlinks_short_and_long", Need::nothing, symlinks_short_and_long},
                             {"rename_over", Need::nothing, rename_over},
                             {"rename_exchange", Need::nothing, rename_exchange},
                             {"rename_whiteout", Need::nothing, rename_whiteout},
                             {"tmpfile_closed_and_linked", Need::nothing, tmpfile_closed_and_linked},
                             {"many_files_and_directories", Need::nothing, many_files_and_directories}});
}

}  // namespace guest
