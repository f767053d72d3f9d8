// SPDX-License-Identifier: Apache-2.0
// The superblock's nr_inodes= refuses: the operation is told apart, and counted once.
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>

#include "case_table.h"

namespace guest {
namespace {

void expect_refusal(Fixture& f, Op op, const std::string& file,
                    const std::function<void(const std::string&, Tally&)>& act) {
  const Mount m("size=4m,nr_inodes=8");
  const std::string spool = m.file("spool");
  Tally t;
  make_directory(spool, t);
  put_file(spool + "/have", pattern(), 100, t);
  for (int i = 0; i < 5; ++i) ::close(create(m.file("fill" + std::to_string(i)), t));
  const Counters before = f.checkpoint(m);
  t = Tally{};
  for (int i = 0; i < 3; ++i) act(spool, t);
  f.expect_eq(std::string("own refusals ") + kOpNames[op], 3, t.refused[op][kInodes]);
  const Counters d = f.checkpoint(m) - before;
  f.expect_tally(kOpNames[op], t, d);
  f.expect_eq("inodes", 0, d.inodes);
  f.expect_event(m, {op, kInodes, "ENOSPC", file, "spool", ::getpid(), "guest-test", f.env.own->path()});
  // One unit given back is one unit to be had.
  ::unlink(m.file("fill0").c_str());
  const Fd fd(create(m.file("again"), t));
  f.expect(fd.get() >= 0, "no file could be made after a removal");
  f.checkpoint(m);
}

void inodes_create(Fixture& f) {
  expect_refusal(f, kCreate, "new", [](const std::string& dir, Tally& t) {
    // Without O_EXCL as well: the file is not there, so it is a creation.
    note(::open((dir + "/new").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644), kCreate, kInodes, t);
  });
}

void inodes_mkdir(Fixture& f) {
  expect_refusal(f, kMkdir, "new", [](const std::string& dir, Tally& t) { make_directory(dir + "/new", t); });
}

void inodes_mknod(Fixture& f) {
  expect_refusal(f, kMknod, "new", [](const std::string& dir, Tally& t) { make_fifo(dir + "/new", t); });
}

void inodes_symlink(Fixture& f) {
  expect_refusal(f, kSymlinkOp, "new",
                 [](const std::string& dir, Tally& t) { make_symlink("target", dir + "/new", t); });
}

void inodes_link(Fixture& f) {
  expect_refusal(f, kLinkOp, "new",
                 [](const std::string& dir, Tally& t) { make_link(dir + "/have", dir + "/new", t); });
}

void inodes_tmpfile(Fixture& f) {
  expect_refusal(f, kTmpfileOp, "*", [](const std::string& dir, Tally& t) { ::close(make_tmpfile(dir, t)); });
}

void inodes_whiteout(Fixture& f) {
  expect_refusal(f, kRename, "*", [](const std::string& dir, Tally& t) {
    note(::renameat2(AT_FDCWD, (dir + "/have").c_str(), AT_FDCWD, (dir + "/moved").c_str(), RENAME_WHITEOUT), kRename,
         kInodes, t);
  });
}

}  // namespace

void add_inode_refusal_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"inodes_create", Need::nothing, inodes_create},
                             {"inodes_mkdir", Need::nothing, inodes_mkdir},
                             {"inodes_mknod", Need::nothing, inodes_mknod},
                             {"inodes_symlink", Need::nothing, inodes_symlink},
                             {"inodes_link", Need::nothing, inodes_link},
                             {"inodes_tmpfile", Need::nothing, inodes_tmpfile},
                             {"inodes_whiteout", Need::nothing, inodes_whiteout}});
}

}  // namespace guest
