// SPDX-License-Identifier: Apache-2.0
// Extended attributes: since 6.6 they take from the superblock's inode budget, 1024 bytes a unit.
#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "case_table.h"

namespace guest {
namespace {

bool set(const std::string& file, const char* name, std::size_t size, int flags = 0) {
  return ::setxattr(file.c_str(), name, pattern(), size, flags) == 0;
}

void xattrs_not_charged(Fixture& f) {
  if (f.env.kernel.charges_xattrs) throw Skip("this kernel charges extended attributes; see xattrs_charged");
  const Mount m("size=16m,nr_inodes=100");
  Tally t;
  ::close(create(m.file("file"), t));
  const Counters before = f.checkpoint(m);
  f.expect(set(m.file("file"), "trusted.a", 5000), "setxattr failed");
  f.expect(f.checkpoint(m) - before == Counters{}, "an attribute changed the counters");
}

void xattrs_charged(Fixture& f) {
  const Mount m("size=16m,nr_inodes=200");
  Tally t;
  ::close(create(m.file("file"), t));
  ::close(create(m.file("other"), t));
  make_directory(m.file("dir"), t);
  const Counters before = f.checkpoint(m);
  f.expect(set(m.file("file"), "trusted.a", 5000), "set trusted failed");
  f.expect(set(m.file("dir"), "trusted.d", 700), "set on a directory failed");
  f.expect(set(m.file("other"), f.env.kernel.user_xattrs ? "user.b" : "trusted.b", 3000), "set user failed");
  const Counters made = f.checkpoint(m) - before;
  f.expect(made.xattr_bytes >= 8700, "xattr_bytes expected at least 8700, seen " + std::to_string(made.xattr_bytes));
  f.expect(set(m.file("file"), "trusted.a", 9000, XATTR_REPLACE), "replace by larger failed");
  f.expect_eq("xattr_bytes grown by", 4000, (f.checkpoint(m) - before).xattr_bytes - made.xattr_bytes);
  f.expect(set(m.file("file"), "trusted.a", 100, XATTR_REPLACE), "replace by smaller failed");
  f.expect_eq("xattr_bytes shrunk by", 4900, made.xattr_bytes - (f.checkpoint(m) - before).xattr_bytes);
  // Refused for other reasons than a limit: nothing changes, nothing is counted.
  f.expect(!set(m.file("file"), "trusted.a", 50, XATTR_CREATE), "XATTR_CREATE of an existing one succeeded");
  f.expect(!set(m.file("file"), "trusted.none", 50, XATTR_REPLACE), "XATTR_REPLACE of a missing one succeeded");
  f.expect(set(m.file("file"), "trusted.empty", 0), "set of an empty value failed");
  f.checkpoint(m);
  ::removexattr(m.file("file").c_str(), "trusted.a");
  ::removexattr(m.file("file").c_str(), "trusted.empty");
  f.expect(::removexattr(m.file("file").c_str(), "trusted.a") != 0, "removing twice succeeded");
  f.checkpoint(m);
  ::unlink(m.file("other").c_str());  // takes its attributes with it
  ::rmdir(m.file("dir").c_str());
  const Counters d = f.checkpoint(m) - before;
  f.expect_eq("xattr_bytes at the end", 0, d.xattr_bytes);
  f.expect_eq("refused", 0, d.refused);
}

void xattr_at_limit(Fixture& f) {
  const Mount m("size=16m,nr_inodes=10");
  Tally t;
  make_directory(m.file("spool"), t);
  const std::string file = m.file("spool") + "/file";
  ::close(create(file, t));
  const Counters before = f.checkpoint(m);
  t = Tally{};
  note(::setxattr(file.c_str(), "trusted.fits", pattern(), 5000, 0), kXattr, kInodes, t);
  for (int i = 0; i < 3; ++i) note(::setxattr(file.c_str(), "trusted.big", pattern(), 5000, 0), kXattr, kInodes, t);
  f.expect_eq("own refusals", 3, t.refused[kXattr][kInodes]);
  f.expect_tally("xattr", t, f.checkpoint(m) - before);
  f.expect_event(m, {kXattr, kInodes, "ENOSPC", "file", "spool", ::getpid(), "guest-test", f.env.own->path()});
}

}  // namespace

void add_xattr_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"xattrs_not_charged", Need::nothing, xattrs_not_charged},
                             {"xattrs_charged", Need::charged_xattrs, xattrs_charged},
                             {"xattr_at_limit", Need::charged_xattrs, xattr_at_limit}});
}

}  // namespace guest
