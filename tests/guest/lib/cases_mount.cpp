// SPDX-License-Identifier: Apache-2.0
// A superblock's life: resized, mounted twice, detached while in use.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "case_table.h"

namespace guest {
namespace {

void expect_size(Fixture& f, const Mount& m, std::int64_t size) {
  std::int64_t seen = -1;
  poll_until(std::chrono::seconds(3), [&] {
    const Sample sample = f.env.tool->sample_after(monotonic_ns());
    const SuperblockSample* sb = sample.superblock(m.dev());
    seen = sb == nullptr ? -1 : sb->size_bytes.value_or(-1);
    return seen == size;
  });
  f.expect_eq("size_bytes", size, seen);
}

void live_remount(Fixture& f) {
  const Mount m("size=1m");
  const Counters before = f.checkpoint(m);
  Tally t;
  const Fd fd(create(m.file("file"), t));
  put(fd.get(), pattern(), 1 << 20, kAtPosition, t);
  put(fd.get(), pattern(), kPage, kAtPosition, t);
  f.expect_eq("own refusals at 1 MiB", 1, t.refused[kWrite][kBlocks]);
  expect_size(f, m, 1 << 20);
  f.expect(m.remount("size=2m"), "remount to 2 MiB failed");
  expect_size(f, m, 2 << 20);
  put(fd.get(), pattern(), 512 * 1024, kAtPosition, t);
  f.expect_tally("bigger", t, f.checkpoint(m) - before);
  f.expect(!m.remount("size=1m"), "the kernel took a size below what is used");
  f.expect_tally("after a refused remount", t, f.checkpoint(m) - before);
  f.expect(::ftruncate(fd.get(), 256 * 1024) == 0, "ftruncate failed");
  f.expect(m.remount("size=512k,nr_inodes=50"), "remount to 512 KiB failed");
  expect_size(f, m, 512 << 10);
  put(fd.get(), pattern(), 512 * 1024, 256 * 1024, t);
  f.expect_eq("own refusals in all", 2, t.refused[kWrite][kBlocks]);
  f.expect_tally("smaller", t, f.checkpoint(m) - before);
}

void lazy_umount_with_open_file(Fixture& f) {
  auto m = std::make_unique<Mount>("size=16m");
  Tally t;
  Fd fd(create(m->file("file"), t));
  put(fd.get(), pattern(), 100'000, kAtPosition, t);
  const Sample mounted = f.checkpoint(std::vector<const Mount*>{m.get()});
  const std::string dev = m->dev();
  const std::uint64_t generation = mounted.superblock(dev) == nullptr ? 0 : mounted.superblock(dev)->generation;
  const auto now = [&] {
    const Sample sample = f.env.tool->sample_after(monotonic_ns());
    const SuperblockSample* row = sample.superblock(dev, generation);
    return row == nullptr ? SuperblockSample{} : *row;
  };
  m->detach();
  put(fd.get(), pattern(), 100'000, kAtPosition, t);
  struct statfs st {};
  ::fstatfs(fd.get(), &st);
  SuperblockSample sb = now();
  f.expect(!sb.dead && !sb.dev.empty(), "the superblock is gone from the sample while a file is open");
  f.expect_eq("resident_bytes while detached", static_cast<std::int64_t>(st.f_blocks - st.f_bfree) * st.f_bsize,
              sb.counters.resident);
  f.expect_eq("written_bytes while detached", t.written, sb.counters.written);
  const std::int64_t allocated = sb.counters.allocated;
  f.expect(allocated > 0, "nothing was allocated");
  fd.close();
  const bool died = poll_until(std::chrono::seconds(5), [&] {
    sb = now();
    return sb.dead;
  });
  f.expect(died, "the superblock is not listed as dead after the last close");
  f.expect_tally("dead", t, sb.counters);
  f.expect_eq("allocated_bytes at the end", allocated, sb.counters.allocated);
  f.expect_eq("freed_bytes at the end", sb.counters.allocated, sb.counters.freed);
  f.expect_eq("inodes at the end", 0, sb.counters.inodes);
}

void bind_mount(Fixture& f) {
  const Mount m("size=16m");
  Tally t;
  make_directory(m.file("sub"), t);
  const std::string second = fresh_directory();
  if (::mount(m.file("sub").c_str(), second.c_str(), nullptr, MS_BIND, nullptr) != 0) throw_errno("bind mount");
  const Counters before = f.checkpoint(m);
  t = Tally{};
  put_file(second + "/file", pattern(), 30'000, t);
  put_file(m.file("sub/again"), pattern(), 30'000, t);
  const Sample sample = f.checkpoint(std::vector<const Mount*>{&m});
  const auto rows = std::count_if(sample.superblocks.begin(), sample.superblocks.end(),
                                  [&](const SuperblockSample& s) { return s.dev == m.dev() && !s.dead; });
  f.expect_eq("superblock rows", 1, rows);
  if (const SuperblockSample* sb = sample.superblock(m.dev())) {
    f.expect_tally("bind", t, sb->counters - before);
    f.expect(std::count(sb->mount_points.begin(), sb->mount_points.end(), second) == 1, second + " is not listed");
    f.expect(std::count(sb->mount_points.begin(), sb->mount_points.end(), m.path()) == 1, m.path() + " is not listed");
  }
  ::umount2(second.c_str(), MNT_DETACH);
  ::rmdir(second.c_str());
  f.checkpoint(m);
}

// Mounted, filled and gone between two samples: device numbers are given again at once.
void short_lived_mounts(Fixture& f) {
  Tally t;
  for (int i = 0; i < 20; ++i) {
    const Mount m("size=16k");
    put_file(m.file("file"), pattern(), 20 * 1024, t);
  }
  const Mount m("size=1m");
  const Counters before = f.checkpoint(m);
  f.expect_eq("resident_bytes of a new mount", 0, before.resident);
  f.expect_eq("inodes of a new mount", 1, before.inodes);
  f.expect_eq("written_bytes of a new mount", 0, before.written);
  std::int64_t resident = 0;
  for (const SuperblockSample& sb : f.env.tool->sample_after(monotonic_ns()).superblocks) {
    if (sb.dead) resident += sb.counters.resident;
  }
  f.expect_eq("resident_bytes of dead superblocks", 0, resident);
}

void unlimited_mount(Fixture& f) {
  const Mount m("size=0,nr_inodes=0");
  Tally t;
  put_file(m.file("file"), pattern(), 100'000, t);
  Counters d;
  poll_until(std::chrono::seconds(3), [&] {
    const Sample sample = f.env.tool->sample_after(monotonic_ns());
    if (const SuperblockSample* sb = sample.superblock(m.dev())) d = sb->counters;
    return d.resident == 25 * kPage;
  });
  f.expect_eq("resident_bytes", 25 * kPage, d.resident);
  f.expect_eq("inodes", 2, d.inodes);
  f.expect_tally("unlimited", t, d);
}

}  // namespace

void add_mount_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"live_remount", Need::nothing, live_remount},
                             {"lazy_umount_with_open_file", Need::nothing, lazy_umount_with_open_file},
                             {"bind_mount", Need::nothing, bind_mount},
                             {"short_lived_mounts", Need::nothing, short_lived_mounts},
                             {"unlimited_mount", Need::nothing, unlimited_mount}});
}

}  // namespace guest
