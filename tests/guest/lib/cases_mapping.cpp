// SPDX-License-Identifier: Apache-2.0
// Pages made by faults, and the kernel's internal mount: memfd, SysV and anonymous shared memory.
#include <fcntl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "case_table.h"
#include "shared_mapping.h"

namespace guest {
namespace {

void shared_mapping_faults(Fixture& f) {
  const Mount m("size=16m");
  const Counters before = f.checkpoint(m);
  Tally t;
  const Fd fd(create(m.file("mapped"), t));
  f.expect(::ftruncate(fd.get(), 1 << 20) == 0, "ftruncate failed");
  const SharedMapping area(fd, 1 << 20);
  for (int page = 0; page < 64; page += 2) *area.page(page) = 1;
  const Counters stored = f.checkpoint(m) - before;
  f.expect_eq("allocated_bytes by stores", 32 * kPage, stored.allocated);
  // A load through a mapping makes a page too, unlike read().
  for (int page = 1; page < 17; page += 2) attempt_load(area.page(page));
  const Counters loaded = f.checkpoint(m) - before;
  f.expect_eq("allocated_bytes by loads", 40 * kPage, loaded.allocated);
  f.expect_eq("written_bytes", 0, loaded.written);
  ::madvise(area.page(0), 32 * kPage, MADV_REMOVE);  // punches the file
  f.expect_eq("freed_bytes by MADV_REMOVE", 24 * kPage, (f.checkpoint(m) - before).freed);
  f.check_cgroup(*f.env.own);
}

void private_mapping_copies(Fixture& f) {
  const Mount m("size=16m");
  Tally t;
  put_file(m.file("file"), pattern(), 64 * 1024, t);
  const Fd fd = open_file(m.file("file"), O_RDWR);
  const Counters before = f.checkpoint(m);
  char* area = static_cast<char*>(::mmap(nullptr, 64 * 1024, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd.get(), 0));
  for (int page = 0; page < 16; ++page) area[page * kPage] = 1;  // anonymous copies, not the file's pages
  f.expect(f.checkpoint(m) - before == Counters{}, "stores to a private mapping changed the counters");
  ::munmap(area, 64 * 1024);
}

void expect_balance(Fixture& f, const Counters& before, std::int64_t pages) {
  // Other processes of the host may use shared memory as well: allow them nothing, but look again.
  Counters d;
  poll_until(std::chrono::seconds(5), [&] {
    d = f.internal_counters() - before;
    return d.resident == 0 && d.inodes == 0;
  });
  f.expect_eq("resident_bytes of the internal superblock at the end", 0, d.resident);
  f.expect_eq("inodes of the internal superblock at the end", 0, d.inodes);
  f.expect(d.allocated >= pages * kPage && d.freed == d.allocated,
           "internal superblock allocated " + std::to_string(d.allocated) + " and freed " + std::to_string(d.freed));
}

void memfd(Fixture& f) {
  const Counters before = f.internal_counters();
  Tally t;
  Fd fd(::memfd_create("guest", MFD_CLOEXEC));
  put(fd.get(), pattern(), 300'000, 0, t);
  f.expect(::ftruncate(fd.get(), 8 << 20) == 0, "ftruncate failed");
  SharedMapping area(fd, 8 << 20);
  for (int page = 1024; page < 1040; ++page) *area.page(page) = 1;
  struct stat st {};
  ::fstat(fd.get(), &st);
  const Counters d = f.internal_counters() - before;
  f.expect_eq("resident_bytes against st_blocks", st.st_blocks * 512, d.resident);
  f.expect_eq("resident_bytes", (74 + 16) * kPage, d.resident);
  f.expect_eq("written_bytes", t.written, d.written);
  f.expect_eq("inodes", 1, d.inodes);
  f.check_cgroup(*f.env.own);
  area.unmap();
  fd.close();
  expect_balance(f, before, 90);
}

void sysv_shared_memory(Fixture& f) {
  const Counters before = f.internal_counters();
  const int id = ::shmget(IPC_PRIVATE, 1 << 20, IPC_CREAT | 0600);
  if (id < 0) throw Skip("shmget: this kernel has no SysV shared memory");
  char* area = static_cast<char*>(::shmat(id, nullptr, 0));
  ::shmctl(id, IPC_RMID, nullptr);
  for (int page = 0; page < 100; ++page) area[page * kPage] = 1;
  const Counters d = f.internal_counters() - before;
  f.expect_eq("resident_bytes", 100 * kPage, d.resident);
  f.expect_eq("inodes", 1, d.inodes);
  ::shmdt(area);
  expect_balance(f, before, 100);
}

void anonymous_shared_mapping(Fixture& f) {
  const Counters before = f.internal_counters();
  void* area = ::mmap(nullptr, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (area == MAP_FAILED) throw_errno("mmap");
  run_child(nullptr, "toucher", [&] {
    for (int page = 0; page < 50; ++page) static_cast<volatile char*>(area)[page * kPage] = 1;
    return 0;
  });
  const Counters d = f.internal_counters() - before;
  f.expect_eq("resident_bytes", 50 * kPage, d.resident);
  f.expect_eq("inodes", 1, d.inodes);
  ::munmap(area, 1 << 20);
  expect_balance(f, before, 50);
}

void sigbus_past_end_is_no_refusal(Fixture& f) {
  const Mount m("size=1m");
  Tally t;
  const Fd fd(create(m.file("short"), t));
  put(fd.get(), pattern(), 100, 0, t);
  const SharedMapping area(fd, 4 * kPage);
  const Counters before = f.checkpoint(m);
  int signals = 0;
  for (int page = 1; page < 4; ++page) signals += attempt_store(area.page(page), 1) ? 0 : 1;
  f.expect_eq("own SIGBUS", 3, signals);
  f.expect_eq("refused", 0, (f.checkpoint(m) - before).refused);
}

}  // namespace

void add_mapping_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"shared_mapping_faults", Need::nothing, shared_mapping_faults},
                             {"private_mapping_copies", Need::nothing, private_mapping_copies},
                             {"memfd", Need::nothing, memfd},
                             {"sysv_shared_memory", Need::nothing, sysv_shared_memory},
                             {"anonymous_shared_mapping", Need::nothing, anonymous_shared_mapping},
                             {"sigbus_past_end_is_no_refusal", Need::nothing, sigbus_past_end_is_no_refusal}});
}

}  // namespace guest
