// SPDX-License-Identifier: Apache-2.0
// Other file systems pass through some of the same kernel functions: they must leave no trace in the counters.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "case_table.h"
#include "foreign.h"

namespace guest {
namespace {

void use(const std::string& directory) {
  Tally t;
  for (int i = 0; i < 20; ++i) {
    const std::string file = directory + "/f" + std::to_string(i);
    put_file(file, pattern(), 10'000, t);
    const Fd fd = open_file(file, O_RDWR);
    char buffer[4096];
    if (::pread(fd.get(), buffer, sizeof buffer, 0) < 0) throw_errno("read");
    void* area = ::mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
    if (area != MAP_FAILED) {
      attempt_store(static_cast<char*>(area), 1);
      ::munmap(area, kPage);
    }
    if (::ftruncate(fd.get(), 100) != 0) throw_errno("ftruncate");
  }
  make_directory(directory + "/dir", t);
  make_symlink("f0", directory + "/sym", t);
  make_link(directory + "/f0", directory + "/link", t);
  ::rename((directory + "/f1").c_str(), (directory + "/f2").c_str());
  for (int i = 0; i < 20; ++i) ::unlink((directory + "/f" + std::to_string(i)).c_str());
}

void expect_no_trace(Fixture& f, const std::string& directory) {
  expect_no_trace_of(f, [&] { use(directory); });
}

void ramfs_leaves_no_trace(Fixture& f) {
  const Mount m("mode=755", "ramfs", "ramfs");
  expect_no_trace(f, m.path());
}

void ext4_leaves_no_trace(Fixture& f) {
  const auto m = ext4_or_skip();
  expect_no_trace(f, m->path());
}

void overlay_leaves_no_trace(Fixture& f) {
  const auto base = ext4_or_skip();
  Tally t;
  for (const char* name : {"lower", "upper", "work"}) make_directory(base->file(name), t);
  put_file(base->file("lower/f3"), pattern(), 20'000, t);  // copied up, and renamed over
  const auto m = mount_or_skip(
      "lowerdir=" + base->file("lower") + ",upperdir=" + base->file("upper") + ",workdir=" + base->file("work"),
      "overlay", "overlay");
  ::rename(m->file("f3").c_str(), m->file("f4").c_str());
  expect_no_trace(f, m->path());
}

// An overlay whose upper layer is a tmpfs: what lands there is that tmpfs' own.
void overlay_on_tmpfs_counts_there(Fixture& f) {
  const Mount base("size=16m");
  Tally t;
  for (const char* name : {"lower", "upper", "work"}) make_directory(base.file(name), t);
  const auto m = mount_or_skip(
      "lowerdir=" + base.file("lower") + ",upperdir=" + base.file("upper") + ",workdir=" + base.file("work"), "overlay",
      "overlay");
  const Counters before = f.checkpoint(base);
  t = Tally{};
  put_file(m->file("file"), pattern(), 30'000, t);
  const Counters d = f.checkpoint(base) - before;
  f.expect_eq("written_bytes", t.written, d.written);
  f.expect_eq("allocated_bytes", 8 * kPage, d.allocated);
}

}  // namespace

void add_foreign_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"ramfs_leaves_no_trace", Need::nothing, ramfs_leaves_no_trace},
                             {"ext4_leaves_no_trace", Need::nothing, ext4_leaves_no_trace},
                             {"overlay_leaves_no_trace", Need::nothing, overlay_leaves_no_trace},
                             {"overlay_on_tmpfs_counts_there", Need::nothing, overlay_on_tmpfs_counts_there}});
}

}  // namespace guest
