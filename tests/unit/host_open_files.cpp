// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <cerrno>

#include "../support/met_inodes.h"
#include "../support/temp_tree.h"
#include "host/open_files_walk.h"
#include "host/unique_fd.h"

using namespace tmpfstrace;
using tmpfstrace::test::MetInodes;
using tmpfstrace::test::TempTree;

TEST_CASE("texts of open files", "[host]") {
  CHECK(may_be_file("/memfd:x (deleted)"));
  CHECK(may_be_file("/SYSV00000000 (deleted)"));
  CHECK(may_be_file("/dev/zero (deleted)"));
  for (const auto* other : {"socket:[12345]", "pipe:[1]", "anon_inode:[eventpoll]", "mnt:[4026531841]", ""}) {
    CHECK_FALSE(may_be_file(other));
  }
  CHECK(parse_mount_id("pos:\t0\nflags:\t02100002\nmnt_id:\t25\nino:\t3\n") == 25U);
  CHECK_FALSE(parse_mount_id("pos:\t0\nmnt_id:\t-1\n"));
  CHECK_FALSE(parse_mount_id(""));
}

TEST_CASE("memfds and shared anonymous memory are found", "[host]") {
  const HostPaths real;
  const auto internal = probe_internal_shmem(real);
  REQUIRE(internal);
  const TempTree tree;  // a /proc with no process but this one
  tree.symlink(fmt::format("proc/{}", ::getpid()), fmt::format("/proc/{}", ::getpid()));
  HostPaths paths;
  paths.proc = tree.path("proc");

  const UniqueFd memfd(::memfd_create("test", MFD_CLOEXEC));
  REQUIRE(memfd);
  struct stat open_facts {};
  REQUIRE(::fstat(memfd.get(), &open_facts) == 0);
  // Mapped, and its descriptor closed.
  UniqueFd mapped_fd(::memfd_create("mapped", MFD_CLOEXEC));
  REQUIRE(::ftruncate(mapped_fd.get(), 4096) == 0);
  struct stat mapped_facts {};
  REQUIRE(::fstat(mapped_fd.get(), &mapped_facts) == 0);
  void* memory = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, mapped_fd.get(), 0);
  REQUIRE(memory != MAP_FAILED);
  mapped_fd.reset();

  MetInodes met;
  WalkCounts counts;
  walk_open_files(paths, {}, *internal, met.visitor(), counts);
  ::munmap(memory, 4096);
  CHECK(counts.processes == 1);
  CHECK(met.inodes[open_facts.st_ino] == 1);
  CHECK(met.restat_failures == 0);
  if (counts.errors.contains(EPERM) || counts.errors.contains(EACCES)) {
    WARN("skipped: no right to read map_files");
    return;
  }
  CHECK(met.inodes[mapped_facts.st_ino] == 1);
}
