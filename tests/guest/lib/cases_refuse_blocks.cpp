// SPDX-License-Identifier: Apache-2.0
// The superblock's size= refuses: each way to be told, counted once for each operation.
#include <fcntl.h>
#include <signal.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "case_table.h"
#include "full_mount.h"
#include "shared_mapping.h"

namespace guest {
namespace {

constexpr std::int64_t kMiB = 1 << 20;

void fill_by_write(Fixture& f) {
  const Mount m("size=1m");
  Tally t;
  make_directory(m.file("spool"), t);
  const Counters before = f.checkpoint(m);
  const Fd fd(create(m.file("spool") + "/log", t));
  put(fd.get(), pattern(), kPage, kAtPosition, t);
  while (put(fd.get(), pattern(), 2 * kPage, kAtPosition, t) == 2 * kPage) {
  }
  f.expect_eq("own short writes", 1, t.shorts);
  for (int i = 0; i < 5; ++i) put(fd.get(), pattern(), 1500, kAtPosition, t);  // few enough for details of each
  f.expect_eq("own refusals", 6, t.refused[kWrite][kBlocks]);
  const Counters d = f.checkpoint(m) - before;
  f.expect_tally("fill", t, d);
  f.expect_eq("resident_bytes", kMiB, d.resident);
  f.expect_event(m, blocks_event(f, kWrite, "null", "log"));
  f.expect_event(m, blocks_event(f, kWrite, "ENOSPC", "log"));
  // A file in the root of the mount: its directory is known to users by the mount point's name.
  const Fd top(create(m.file("top"), t));
  put(top.get(), pattern(), 1500, kAtPosition, t);
  f.expect_event(m, {kWrite, kBlocks, "ENOSPC", "top", m.name(), ::getpid(), "guest-test", f.env.own->path()});
}

void fault_on_full(Fixture& f) {
  const FullMount full(f, 2);
  const Fd fd = full.file("mapped", 16 * kPage);
  const SharedMapping area(fd, 16 * kPage);
  Tally t;
  for (int page = 0; page < 8; ++page) t.refused[kFault][kBlocks] += attempt_store(area.page(page), 1) ? 0 : 1;
  t.refused[kFault][kBlocks] += attempt_load(area.page(9)) ? 0 : 1;
  f.expect_eq("own SIGBUS", 7, t.refused[kFault][kBlocks]);
  f.expect_tally("fault", t, full.counted(f));
  f.expect_event(full.mount, blocks_event(f, kFault, "SIGBUS", "mapped"));
}

void read_into_full_mapping(Fixture& f) {
  const FullMount full(f);
  const Fd fd = full.file("mapped", 4 * kPage);
  const SharedMapping area(fd, 4 * kPage);
  const Fd source = open_file(full.spool + "/ballast", O_RDONLY);
  Tally t;
  // The kernel may try the page twice (fault-in, then the copy); the caller made one call.
  const bool refused = ::pread(source.get(), area.page(0), 100, 0) < 0 && errno == EFAULT;
  f.expect(refused, "no EFAULT");
  t.refused[kFault][kBlocks] += refused ? 1 : 0;
  f.expect_tally("read", t, full.counted(f));
  f.expect_event(full.mount, blocks_event(f, kFault, "*", "mapped"));
}

void long_symlink_on_full(Fixture& f) {
  const FullMount full(f);
  Tally t;
  make_symlink(std::string(4000, 't'), full.spool + "/long", t, kBlocks);
  f.expect_eq("own refusals", 1, t.refused[kSymlinkOp][kBlocks]);
  make_symlink("short", full.spool + "/fits", t);
  f.expect_tally("symlink", t, full.counted(f));
  f.expect_event(full.mount, blocks_event(f, kSymlinkOp, "ENOSPC", "long"));
}

void splice_to_full(Fixture& f) {
  const FullMount full(f, 1);
  const Fd fd = full.file("out", 0);
  const Fd source = open_file(full.spool + "/ballast", O_RDONLY);
  std::int64_t moved = 0;
  std::int64_t refused = 0;
  // One page fits: the call is told 4096 of 20000, and has been refused once.
  off_t at = 0;
  const ssize_t sent = ::sendfile(fd.get(), source.get(), &at, 20'000);
  f.expect_eq("sendfile into one free page", kPage, sent);
  moved += sent > 0 ? sent : 0;
  refused += sent < 20'000 ? 1 : 0;
  f.expect(::sendfile(fd.get(), source.get(), nullptr, 20'000) < 0 && errno == ENOSPC, "sendfile: no ENOSPC");
  loff_t from = 0;
  f.expect(::copy_file_range(source.get(), &from, fd.get(), nullptr, 20'000, 0) < 0 && errno == ENOSPC,
           "copy_file_range: no ENOSPC");
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno("pipe");
  const Fd out(ends[0]);
  const Fd in(ends[1]);
  f.expect_eq("bytes into the pipe", 5'000, ::write(in.get(), pattern(), 5'000));
  f.expect(::splice(out.get(), nullptr, fd.get(), nullptr, 5'000, 0) < 0 && errno == ENOSPC, "splice: no ENOSPC");
  refused += 3;
  const Counters d = full.counted(f);
  f.expect_eq("written_bytes", moved, d.written);
  f.expect_eq("refusals splice/blocks", refused, d.refusals[kSplice][kBlocks]);
  f.expect_eq("refused in all", refused, d.refused);
  f.expect_event(full.mount, blocks_event(f, kSplice, "ENOSPC", "out"));
}

// The refusal is the source's: a fault there, and nothing of the file that is written to.
void write_from_full_mapping(Fixture& f) {
  const FullMount full(f, 1);
  const Fd fd = full.file("source", 4 * kPage);
  const SharedMapping area(fd, 4 * kPage);
  *area.page(0) = 1;  // takes the last page
  const Mount target("size=1m");
  Tally none;
  const Fd out(create(target.file("out"), none));
  const Counters before = f.checkpoint(target);
  Tally from;
  Tally to;
  for (int i = 0; i < 2; ++i) {
    const bool refused = ::pwrite(out.get(), area.page(1), 100, 0) < 0 && errno == EFAULT;
    f.expect(refused, "no EFAULT");
    from.refused[kFault][kBlocks] += refused ? 1 : 0;
  }
  // The first part is there: the write is cut short. At an odd offset the kernel meets the missing page twice, or (up
  // to 5.15) takes no part of it.
  for (const std::int64_t offset : {0, 0, 100, 100}) {
    const ssize_t done = ::pwrite(out.get(), area.page(0) + offset, 2 * kPage, 0);
    f.expect(done == kPage - offset || (done < 0 && errno == EFAULT && offset > 0),
             "bytes before the missing page: " + std::to_string(done));
    to.written += done > 0 ? done : 0;
    to.calls += done > 0 ? 1 : 0;
    to.shorts += done > 0 ? 1 : 0;
    from.refused[kFault][kBlocks] += 1;
  }
  f.expect_tally("target", to, f.checkpoint(target) - before);
  f.expect_tally("source", from, full.counted(f));
  f.expect_event(full.mount, blocks_event(f, kFault, "EFAULT", "source"));
}

// What a fatal signal ends is undone, and nobody was refused. (Later kernels let other signals wait.)
void fallocate_interrupted(Fixture& f) {
  const Mount m("size=256m");
  Tally t;
  const Fd fd(create(m.file("file"), t));
  const Counters before = f.checkpoint(m);
  Child child(f.env.own.get(), "interrupted", [&] {
    const itimerval soon{{0, 0}, {0, 20'000}};
    ::setitimer(ITIMER_REAL, &soon, nullptr);
    return ::fallocate(fd.get(), 0, 0, 200 << 20);
  });
  f.expect_eq("wait status", SIGALRM, child.wait(std::chrono::seconds(60)).value_or(-1));
  const Counters d = f.checkpoint(m) - before;
  f.expect_tally("interrupted", Tally{}, d);
  f.expect_eq("resident_bytes", 0, d.resident);
}

void many_refusals_held_back(Fixture& f) {
  const FullMount full(f);
  const Fd fd = full.file("log", 0);
  Tally t;
  for (int i = 0; i < 2000; ++i) put(fd.get(), pattern(), 100, 0, t);
  f.expect_eq("own refusals", 2000, t.refused[kWrite][kBlocks]);
  f.expect_tally("many", t, full.counted(f));
  const auto events = f.env.tool->events_after(f.start());
  f.expect(!events.empty() && events.size() < 1000,
           "details of " + std::to_string(events.size()) + " of 2000 refusals: not limited, or none at all");
}

}  // namespace

void add_block_refusal_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"fill_by_write", Need::nothing, fill_by_write},
                             {"fault_on_full", Need::nothing, fault_on_full},
                             {"read_into_full_mapping", Need::nothing, read_into_full_mapping},
                             {"long_symlink_on_full", Need::nothing, long_symlink_on_full},
                             {"splice_to_full", Need::nothing, splice_to_full},
                             {"write_from_full_mapping", Need::nothing, write_from_full_mapping},
                             {"fallocate_interrupted", Need::nothing, fallocate_interrupted},
                             {"many_refusals_held_back", Need::nothing, many_refusals_held_back}});
}

}  // namespace guest
