// SPDX-License-Identifier: Apache-2.0
// The ways to write, and the writes that fail without any limit having refused.
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "case_table.h"

namespace guest {
namespace {

void write_variants(Fixture& f) {
  const Mount m("size=16m");
  const Counters before = f.checkpoint(m);
  Tally t;
  const Fd fd(create(m.file("file"), t));
  put(fd.get(), pattern(), 10'000, kAtPosition, t);
  put(fd.get(), pattern(), 3'000, 100'000, t);
  iovec parts[3] = {
      {const_cast<char*>(pattern()), 1500}, {const_cast<char*>(pattern()), 0}, {const_cast<char*>(pattern()), 7000}};
  t.written += ::writev(fd.get(), parts, 3);
  t.written += ::pwritev(fd.get(), parts, 3, 200'000);
  t.calls += 2;
  const Fd append = open_file(m.file("file"), O_WRONLY | O_APPEND);
  put(append.get(), pattern(), 5'000, kAtPosition, t);
  put(append.get(), pattern(), 1, kAtPosition, t);
  for (int i = 0; i < 200; ++i) put(fd.get(), pattern(), 100, 0, t);  // in place: bytes written, nothing allocated
  f.expect_tally("variants", t, f.checkpoint(m) - before);
}

void write_of_nothing(Fixture& f) {
  const Mount m("size=1m");
  Tally t;
  const Fd fd(create(m.file("file"), t));
  const Counters before = f.checkpoint(m);
  f.expect_eq("write of 0 bytes", 0, ::write(fd.get(), pattern(), 0));
  const Counters d = f.checkpoint(m) - before;
  f.expect_eq("written_bytes", 0, d.written);
  f.expect_eq("allocated_bytes", 0, d.allocated);
  f.expect_eq("short_writes", 0, d.shorts);
  f.expect_eq("refused", 0, d.refused);
}

void write_from_bad_buffer(Fixture& f) {
  const Mount m("size=1m");
  Tally t;
  const Fd fd(create(m.file("file"), t));
  const Counters before = f.checkpoint(m);
  // Half of this buffer can be read: the kernel writes that much and stops, with space left.
  char* area =
      static_cast<char*>(::mmap(nullptr, 2 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  ::munmap(area + kPage, kPage);
  f.expect(::write(fd.get(), area + kPage, 100) < 0 && errno == EFAULT, "no EFAULT");
  area[0] = 1;
  const ssize_t done = ::write(fd.get(), area, 2 * kPage);
  f.expect_eq("bytes written from the half buffer", kPage, done);
  ::munmap(area, kPage);
  const Counters d = f.checkpoint(m) - before;
  f.expect_eq("written_bytes", done, d.written);
  f.expect_eq("write_calls", 1, d.calls);
  f.expect_eq("short_writes", 1, d.shorts);
  f.expect_eq("refused", 0, d.refused);
}

void write_beyond_rlimit(Fixture& f) {
  const Mount m("size=1m");
  Tally t;
  const Fd fd(create(m.file("file"), t));
  const Counters before = f.checkpoint(m);
  run_child(nullptr, "rlimit", [&] {
    const rlimit limit{kPage, kPage};
    ::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &limit);
    if (::write(fd.get(), pattern(), 2 * kPage) != kPage) return 1;
    return ::write(fd.get(), pattern(), kPage) < 0 && errno == EFBIG ? 0 : 2;
  });
  const Counters d = f.checkpoint(m) - before;
  f.expect_eq("written_bytes", kPage, d.written);
  f.expect_eq("refused", 0, d.refused);
}

void splice_and_copy(Fixture& f) {
  const Mount m("size=16m");
  const Counters before = f.checkpoint(m);
  Tally t;
  put_file(m.file("source"), pattern(), 100'000, t);
  const Fd source = open_file(m.file("source"), O_RDONLY);
  std::int64_t moved = 0;

  const Fd sent(create(m.file("sent"), t));
  off_t at = 0;
  moved += ::sendfile(sent.get(), source.get(), &at, 100'000);

  const Fd copied(create(m.file("copied"), t));
  loff_t from = 0;
  while (from < 100'000) {
    const ssize_t done = ::copy_file_range(source.get(), &from, copied.get(), nullptr, 100'000, 0);
    if (done <= 0) break;
    moved += done;
  }
  const Fd spliced(create(m.file("spliced"), t));
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno("pipe");
  const Fd out(ends[0]);
  const Fd in(ends[1]);
  f.expect_eq("bytes into the pipe", 10'000, ::write(in.get(), pattern(), 10'000));
  moved += ::splice(out.get(), nullptr, spliced.get(), nullptr, 10'000, 0);
  f.expect_eq("bytes moved", 210'000, moved);
  const Counters d = f.checkpoint(m) - before;
  f.expect_eq("written_bytes", t.written + moved, d.written);
  f.expect_eq("allocated_bytes", (25 + 25 + 25 + 3) * kPage, d.allocated);
  f.expect_eq("refused", 0, d.refused);
  f.expect_eq("short_writes", 0, d.shorts);
}

void exclusive_create_of_existing(Fixture& f) {
  const Mount m("size=1m,nr_inodes=2");
  Tally t;
  const Fd fd(create(m.file("file"), t));
  const Counters before = f.checkpoint(m);
  for (int i = 0; i < 20; ++i) {
    f.expect(::open(m.file("file").c_str(), O_CREAT | O_EXCL | O_RDWR, 0644) < 0 && errno == EEXIST, "no EEXIST");
    f.expect(::mkdir(m.file("file").c_str(), 0755) < 0 && errno == EEXIST, "no EEXIST of mkdir");
  }
  const Counters d = f.checkpoint(m) - before;
  f.expect_eq("refused", 0, d.refused);
  f.expect_eq("created", 0, d.created_sum());
}

}  // namespace

void add_write_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"write_variants", Need::nothing, write_variants},
                             {"write_of_nothing", Need::nothing, write_of_nothing},
                             {"write_from_bad_buffer", Need::nothing, write_from_bad_buffer},
                             {"write_beyond_rlimit", Need::nothing, write_beyond_rlimit},
                             {"splice_and_copy", Need::nothing, splice_and_copy},
                             {"exclusive_create_of_existing", Need::nothing, exclusive_create_of_existing}});
}

}  // namespace guest
