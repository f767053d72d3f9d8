// SPDX-License-Identifier: Apache-2.0
// userfaultfd fills a shared mapping: pages come by another way than faults and writes.
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "case_table.h"
#include "full_mount.h"
#include "shared_mapping.h"

namespace guest {
namespace {

constexpr std::int64_t kPages = 10;

Fd register_missing(const char* area, std::size_t size) {
  Fd fd(static_cast<int>(::syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK)));
  if (fd.get() < 0) throw Skip("no userfaultfd");
  uffdio_api api{};
  api.api = UFFD_API;
  if (::ioctl(fd.get(), UFFDIO_API, &api) != 0) throw_errno("UFFDIO_API");
  uffdio_register range{};
  range.range = {reinterpret_cast<std::uintptr_t>(area), size};
  range.mode = UFFDIO_REGISTER_MODE_MISSING;
  if (::ioctl(fd.get(), UFFDIO_REGISTER, &range) != 0) throw_errno("UFFDIO_REGISTER");
  return fd;
}

// 0, or the errno; *copied is what the kernel says it did.
int copy_in(const Fd& uffd, const char* to, const char* from, std::int64_t size, std::int64_t& copied) {
  uffdio_copy copy{};
  copy.dst = reinterpret_cast<std::uintptr_t>(to);
  copy.src = reinterpret_cast<std::uintptr_t>(from);
  copy.len = static_cast<std::uint64_t>(size);
  const int error = ::ioctl(uffd.get(), UFFDIO_COPY, &copy) == 0 ? 0 : errno;
  copied = copy.copy > 0 ? copy.copy : 0;
  return error;
}

std::int64_t blocks_of(const Fd& fd) {
  struct stat st {};
  ::fstat(fd.get(), &st);
  return st.st_blocks * 512;
}

void userfault_copies(Fixture& f) {
  const Counters before = f.internal_counters();
  {
    const Fd fd(::memfd_create("guest", MFD_CLOEXEC));
    f.expect(::ftruncate(fd.get(), 2 * kPages * kPage) == 0, "ftruncate failed");
    const SharedMapping area(fd, 2 * kPages * kPage);
    const Fd uffd = register_missing(area.page(0), area.size());
    std::int64_t copied = 0;
    f.expect_eq("errno of UFFDIO_COPY", 0, copy_in(uffd, area.page(0), pattern(), kPages * kPage, copied));
    f.expect_eq("bytes copied", kPages * kPage, copied);
    f.expect_eq("resident_bytes against st_blocks", blocks_of(fd), (f.internal_counters() - before).resident);
    // A source that nobody has touched yet makes the kernel let go, fetch it and try each page again.
    const char* untouched =
        static_cast<char*>(::mmap(nullptr, kPages * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    f.expect_eq("errno of UFFDIO_COPY with retries", 0,
                copy_in(uffd, area.page(kPages), untouched, kPages * kPage, copied));
    f.expect_eq("bytes copied with retries", kPages * kPage, copied);
    f.expect_eq("st_blocks", 2 * kPages * kPage, blocks_of(fd));
    // What is there already is no refusal.
    f.expect_eq("errno of the second copy", EEXIST, copy_in(uffd, area.page(0), pattern(), kPage, copied));
    const Counters d = f.internal_counters() - before;
    f.expect_eq("resident_bytes with retries against st_blocks", blocks_of(fd), d.resident);
    f.expect_eq("allocated_bytes - freed_bytes", blocks_of(fd), d.allocated - d.freed);
    f.expect_eq("refused", 0, d.refused);
    f.check_cgroup(*f.env.own);
  }
  const Counters end = f.internal_counters() - before;
  f.expect_eq("resident_bytes at the end", 0, end.resident);
  f.expect_eq("inodes at the end", 0, end.inodes);
}

void userfault_on_full(Fixture& f) {
  const FullMount full(f, 3);
  const Sample sample = f.env.tool->sample_after(monotonic_ns());
  const bool says_so = std::any_of(sample.blind.begin(), sample.blind.end(), [](const std::string& sentence) {
    return sentence.find("UFFDIO_COPY") != std::string::npos;
  });
  f.expect(says_so, "a refused UFFDIO_COPY is not counted, and the mode does not say so");
  const Fd fd = full.file("mapped", kPages * kPage);
  const SharedMapping area(fd, kPages * kPage);
  const Fd uffd = register_missing(area.page(0), area.size());
  std::int64_t copied = 0;
  // The first three fit; the kernel reports them, and EAGAIN, not the error of the fourth.
  const int partial = copy_in(uffd, area.page(0), pattern(), kPages * kPage, copied);
  f.expect_eq("errno of the copy cut short", EAGAIN, partial);
  f.expect_eq("bytes copied", 3 * kPage, copied);
  const int refused = copy_in(uffd, area.page(3), pattern(), kPage, copied);
  f.expect(refused == ENOMEM || refused == ENOSPC, "errno on the full mount is " + std::to_string(refused));
  const Counters d = full.counted(f);
  f.expect_eq("allocated_bytes by the copies", 3 * kPage, d.allocated);
  f.expect_eq("resident_bytes of the full mount", 1 << 20, full.before.resident + d.resident);
}

}  // namespace

void add_userfault_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"userfault_copies", Need::nothing, userfault_copies},
                             {"userfault_on_full", Need::nothing, userfault_on_full}});
}

}  // namespace guest
