// SPDX-License-Identifier: Apache-2.0
// What existed before the tool started: a second instance is started late and has to find it.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "block_device.h"
#include "case_table.h"
#include "shared_mapping.h"

namespace guest {
namespace {

Counters of(const Sample& sample, const Mount& m) {
  const SuperblockSample* sb = sample.superblock(m.dev());
  return sb == nullptr ? Counters{} : sb->counters;
}

void files_before_start(Fixture& f) {
  const Mount m("size=32m,nr_inodes=1000");
  Tally t;
  make_directory(m.file("deep"), t);
  make_directory(m.file("deep/er"), t);
  for (int i = 0; i < 100; ++i) put_file(m.file("deep/er/f" + std::to_string(i)), pattern(), 1500 + 100u * i, t);
  make_link(m.file("deep/er/f0"), m.file("link"), t);
  make_symlink(std::string(3000, 's'), m.file("long"), t);
  make_fifo(m.file("fifo"), t);
  ::setxattr(m.file("deep").c_str(), "trusted.x", pattern(), 3000, 0);
  Fd deleted(create(m.file("deleted"), t));
  put(deleted.get(), pattern(), 50'000, 0, t);
  ::unlink(m.file("deleted").c_str());
  Fd nameless(make_tmpfile(m.path(), t));
  put(nameless.get(), pattern(), 70'000, 0, t);
  const Usage used = m.usage();

  Tool late(f.env.options.tool, f.env.tool_args(), f.env.documents);
  const std::vector<const Mount*> mounts{&m};
  const Sample start = f.checkpoint(mounts, &late);
  const Counters found = of(start, m);
  f.expect_eq("seeded_bytes", used.bytes, found.seeded);
  f.expect_eq("seeded_inodes", used.inodes, found.inode_units());
  // Nobody knows who made them.
  f.expect_eq("seeded_bytes of cgroup 0", used.bytes, start.ledger_row(0, m.dev()).seeded);
  f.expect_eq("inodes of cgroup 0", used.inodes, start.ledger_row(0, m.dev()).inode_units());
  const CgroupSample* nobody = start.cgroup(0);
  f.expect(nobody != nullptr && nobody->path == "(unattributed)", "cgroup 0 is not called (unattributed)");
  f.expect_eq("allocated_bytes", 0, found.allocated);
  f.expect_eq("written_bytes", 0, found.written);
  // Old files change as new ones do.
  f.expect(::truncate(m.file("deep/er/f99").c_str(), 100) == 0, "truncate failed");
  const Fd grown = open_file(m.file("deep/er/f50"), O_RDWR | O_APPEND);
  put(grown.get(), pattern(), 100'000, kAtPosition, t);
  put_file(m.file("new"), pattern(), 10'000, t);
  f.checkpoint(mounts, &late);
  deleted.close();
  nameless.close();
  f.checkpoint(mounts, &late);
  ::removexattr(m.file("deep").c_str(), "trusted.x");
  remove_tree(m.path());
  f.checkpoint(mounts, &late);
  const Counters end = of(f.checkpoint(mounts, &late), m);
  // f50 is still held open: all else is gone.
  f.expect_eq("resident_bytes at the end", m.usage().bytes, end.resident);
  f.checkpoint(m);  // the first instance saw all of it happen
}

void memfd_before_start(Fixture& f) {
  Tally t;
  Fd fd(::memfd_create("early", MFD_CLOEXEC));
  put(fd.get(), pattern(), 300'000, 0, t);
  void* area = ::mmap(nullptr, 40 * kPage, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (area == MAP_FAILED) throw_errno("mmap");
  for (int page = 0; page < 40; ++page) static_cast<volatile char*>(area)[page * kPage] = 1;
  Tool late(f.env.options.tool, f.env.tool_args(), f.env.documents);
  const auto resident = [&] {
    const Sample first = late.sample_after(monotonic_ns());
    const Sample second = late.sample_after(first.monotonic_ns);
    const SuperblockSample* sb = second.internal();
    return sb == nullptr ? 0 : sb->counters.resident;
  };
  const std::int64_t before = resident();
  fd.close();
  std::int64_t after = 0;
  poll_until(std::chrono::seconds(3), [&] { return (after = resident()) == before - 74 * kPage; });
  f.expect_eq("the memfd's resident_bytes", 74 * kPage, before - after);
  ::munmap(area, 40 * kPage);
  std::int64_t last = 0;
  poll_until(std::chrono::seconds(3), [&] { return (last = resident()) == after - 40 * kPage; });
  f.expect_eq("the anonymous mapping's resident_bytes", 40 * kPage, after - last);
}

void swapped_before_start(Fixture& f) {
  constexpr std::int64_t kSize = 4 << 20;
  SwapSpace swap;
  const Mount m("size=16m");
  Tally t;
  const Fd fd(create(m.file("file"), t));
  for (int i = 0; i < 4; ++i) put(fd.get(), pattern(), 1 << 20, kAtPosition, t);
  SharedMapping area(fd, kSize);
  push_out(area, *f.env.own);
  area.unmap();
  {
    Tool late(f.env.options.tool, f.env.tool_args(), f.env.documents);
    const std::vector<const Mount*> mounts{&m};
    f.expect(SwapSpace::used_kib() > 1024, "the file has come back from swap: the case proves nothing");
    const Counters found = of(f.checkpoint(mounts, &late), m);
    f.expect_eq("seeded_bytes", kSize, found.seeded);
    f.expect(::ftruncate(fd.get(), kSize / 4) == 0, "ftruncate failed");
    f.expect_eq("freed_bytes of swapped pages", kSize * 3 / 4, of(f.checkpoint(mounts, &late), m).freed);
  }
  f.expect(swap.stop(), "swapoff is refused");
}

// A segment that nobody has attached: it is in no process's files or mappings, only in the tables of the IPC namespace.
void detached_segment_before_start(Fixture& f) {
  constexpr std::int64_t kSize = 40 * kPage;
  const int id = ::shmget(IPC_PRIVATE, kSize, IPC_CREAT | 0600);
  void* area = id < 0 ? reinterpret_cast<void*>(-1) : ::shmat(id, nullptr, 0);
  if (area == reinterpret_cast<void*>(-1)) throw_errno("shmat");
  for (int page = 0; page < kSize / kPage; ++page) static_cast<volatile char*>(area)[page * kPage] = 1;
  ::shmdt(area);
  Tool late(f.env.options.tool, f.env.tool_args(), f.env.documents);
  const auto internal = [&] {
    const Sample sample = late.sample_after(monotonic_ns());
    return sample.internal() == nullptr ? Counters{} : sample.internal()->counters;
  };
  const Counters before = internal();
  ::shmctl(id, IPC_RMID, nullptr);
  Counters after;
  poll_until(std::chrono::seconds(3), [&] { return (after = internal()).freed - before.freed == kSize; });
  f.expect_eq("freed_bytes by its end", kSize, after.freed - before.freed);
  f.expect_eq("resident_bytes it had", kSize, before.resident - after.resident);
  f.expect_eq("seeded_bytes found at its end", 0, after.seeded - before.seeded);
}

}  // namespace

void add_seed_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"files_before_start", Need::nothing, files_before_start},
                             {"memfd_before_start", Need::nothing, memfd_before_start},
                             {"swapped_before_start", Need::nothing, swapped_before_start},
                             {"detached_segment_before_start", Need::nothing, detached_segment_before_start}});
}

}  // namespace guest
