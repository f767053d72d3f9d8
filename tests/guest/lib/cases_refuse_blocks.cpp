// SPDX-License-Identifier: Apache-2.0
// The superblock's size= refuses: each way to be told, counted once for each operation.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "case_table.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

namespace guest {
namespace {

constexpr std::int64_t kMiB = 1 << 20;

// A mount of 1 MiB with a directory "spool", in which a file takes all but some pages.
struct FullMount {
  Mount mount{"size=1m"};
  std::string spool = mount.file("spool");
  Counters before;

  explicit FullMount(Fixture& f, std::int64_t free_pages = 0) {
    Tally t;
    make_directory(spool, t);
    const Fd fd(create(spool + "/ballast", t));
    put(fd.get(), pattern(), static_cast<std::size_t>(kMiB - free_pages * kPage), 0, t);
    before = f.checkpoint(mount);
  }
  Fd file(const std::string& name, std::int64_t size) const {
    Tally t;
    Fd fd(create(spool + "/" + name, t));
    if (::ftruncate(fd.get(), size) != 0) throw_errno("ftruncate");
    return fd;
  }
};

ExpectedEvent event(const Fixture& f, Op op, const std::string& error, const std::string& file) {
  return {op, kBlocks, error, file, "spool", ::getpid(), "guest-test", f.env.own->path()};
}

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
  f.expect_event(m, event(f, kWrite, "null", "log"));
  f.expect_event(m, event(f, kWrite, "ENOSPC", "log"));
  // A file in the root of the mount: its directory is known to users by the mount point's name.
  const Fd top(create(m.file("top"), t));
  put(top.get(), pattern(), 1500, kAtPosition, t);
  f.expect_event(m, {kWrite, kBlocks, "ENOSPC", "top", m.name(), ::getpid(), "guest-test", f.env.own->path()});
}

void fault_on_full(Fixture& f) {
  const FullMount full(f, 2);
  const Fd fd = full.file("mapped", 16 * kPage);
  char* area = static_cast<char*>(::mmap(nullptr, 16 * kPage, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0));
  Tally t;
  for (int page = 0; page < 8; ++page) t.refused[kFault][kBlocks] += attempt_store(area + page * kPage, 1) ? 0 : 1;
  t.refused[kFault][kBlocks] += attempt_load(area + 9 * kPage) ? 0 : 1;
  f.expect_eq("own SIGBUS", 7, t.refused[kFault][kBlocks]);
  f.expect_tally("fault", t, f.checkpoint(full.mount) - full.before);
  f.expect_event(full.mount, event(f, kFault, "SIGBUS", "mapped"));
  ::munmap(area, 16 * kPage);
}

void read_into_full_mapping(Fixture& f) {
  const FullMount full(f);
  const Fd fd = full.file("mapped", 4 * kPage);
  char* area = static_cast<char*>(::mmap(nullptr, 4 * kPage, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0));
  const Fd source = open_file(full.spool + "/ballast", O_RDONLY);
  Tally t;
  // The kernel may try the page twice (fault-in, then the copy); the caller made one call.
  const bool refused = ::pread(source.get(), area, 100, 0) < 0 && errno == EFAULT;
  f.expect(refused, "no EFAULT");
  t.refused[kFault][kBlocks] += refused ? 1 : 0;
  f.expect_tally("read", t, f.checkpoint(full.mount) - full.before);
  f.expect_event(full.mount, event(f, kFault, "*", "mapped"));
  ::munmap(area, 4 * kPage);
}

void populate_on_full(Fixture& f) {
  const FullMount full(f, 3);
  const Fd fd = full.file("mapped", 8 * kPage);
  char* area = static_cast<char*>(::mmap(nullptr, 8 * kPage, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0));
  Tally t;
  const bool refused = ::madvise(area, 8 * kPage, MADV_POPULATE_WRITE) != 0;
  f.expect(refused, "MADV_POPULATE_WRITE succeeded");
  t.refused[kMadvise][kBlocks] += refused ? 1 : 0;
  f.expect_tally("populate", t, f.checkpoint(full.mount) - full.before);
  f.expect_event(full.mount, event(f, kMadvise, "*", "mapped"));
  ::munmap(area, 8 * kPage);
}

void long_symlink_on_full(Fixture& f) {
  const FullMount full(f);
  Tally t;
  make_symlink(std::string(4000, 't'), full.spool + "/long", t, kBlocks);
  f.expect_eq("own refusals", 1, t.refused[kSymlinkOp][kBlocks]);
  make_symlink("short", full.spool + "/fits", t);
  f.expect_tally("symlink", t, f.checkpoint(full.mount) - full.before);
  f.expect_event(full.mount, event(f, kSymlinkOp, "ENOSPC", "long"));
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
  const Counters d = f.checkpoint(full.mount) - full.before;
  f.expect_eq("written_bytes", moved, d.written);
  f.expect_eq("refusals splice/blocks", refused, d.refusals[kSplice][kBlocks]);
  f.expect_eq("refused in all", refused, d.refused);
  f.expect_event(full.mount, event(f, kSplice, "ENOSPC", "out"));
}

void many_refusals_held_back(Fixture& f) {
  const FullMount full(f);
  const Fd fd = full.file("log", 0);
  Tally t;
  for (int i = 0; i < 2000; ++i) put(fd.get(), pattern(), 100, 0, t);
  f.expect_eq("own refusals", 2000, t.refused[kWrite][kBlocks]);
  f.expect_tally("many", t, f.checkpoint(full.mount) - full.before);
  const auto events = f.env.tool->events_after(f.start());
  f.expect(!events.empty() && events.size() < 1000,
           "details of " + std::to_string(events.size()) + " of 2000 refusals: not limited, or none at all");
}

}  // namespace

void add_block_refusal_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"fill_by_write", Need::nothing, fill_by_write},
                             {"fault_on_full", Need::nothing, fault_on_full},
                             {"read_into_full_mapping", Need::nothing, read_into_full_mapping},
                             {"populate_on_full", Need::populate, populate_on_full},
                             {"long_symlink_on_full", Need::nothing, long_symlink_on_full},
                             {"splice_to_full", Need::nothing, splice_to_full},
                             {"many_refusals_held_back", Need::nothing, many_refusals_held_back}});
}

}  // namespace guest
