// SPDX-License-Identifier: Apache-2.0
// What a sample says beside its counters: a mount that only another mount namespace has, and the kernel's own numbers.
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

#include "case_table.h"

namespace guest {
namespace {

// Of a file system as statfs tells it, through whatever path leads there.
void expect_statfs(Fixture& f, const std::string& path, const SuperblockSample& sb) {
  struct statfs st {};
  if (::statfs(path.c_str(), &st) != 0) throw_errno("statfs " + path);
  const auto pages = [&](auto blocks) { return static_cast<std::int64_t>(blocks) * st.f_bsize; };
  f.expect_eq("size_bytes", pages(st.f_blocks), sb.size_bytes.value_or(-1));
  f.expect_eq("used_bytes", pages(st.f_blocks - st.f_bfree), sb.used_bytes.value_or(-1));
  f.expect_eq("inodes_total", static_cast<std::int64_t>(st.f_files), sb.inodes_total.value_or(-1));
  f.expect_eq("inodes_used", static_cast<std::int64_t>(st.f_files - st.f_ffree), sb.inodes_used.value_or(-1));
  f.expect_eq("resident_bytes", pages(st.f_blocks - st.f_bfree), sb.counters.resident);
  f.expect_eq("inodes", static_cast<std::int64_t>(st.f_files - st.f_ffree), sb.counters.inode_units());
  f.expect_eq("drift_bytes", 0, sb.drift_bytes.value_or(-1));
  f.expect_eq("drift_inodes", 0, sb.drift_inodes.value_or(-1));
}

struct Elsewhere {
  std::atomic<int> resting;
  Tally tally;
};

// The body of a process with mounts of its own.
int fill_elsewhere(const std::string& where, Elsewhere& shared) {
  if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return 1;
  if (::mount("tmpfs", where.c_str(), "tmpfs", 0, "size=1m,nr_inodes=100") != 0) return 2;
  Tally& t = shared.tally;
  for (int i = 0; i < 3; ++i) put_file(where + "/f" + std::to_string(i), pattern(), 400'000, t);
  shared.resting = 1;
  for (;;) nap(std::chrono::seconds(10));
}

void mount_in_another_namespace(Fixture& f) {
  const std::string where = fresh_directory();
  const Shared<Elsewhere> shared;
  Child child(f.env.own.get(), "elsewhere", [&] { return fill_elsewhere(where, *shared); });
  const bool rests = poll_until(std::chrono::seconds(20), [&] { return shared->resting == 1; });
  if (!rests || child.wait(std::chrono::milliseconds(0))) throw std::runtime_error("the process elsewhere has failed");
  f.expect_eq("own refusals", 1, shared->tally.refused[kWrite][kBlocks]);
  const std::string path = "/proc/" + std::to_string(child.pid()) + "/root" + where;
  struct stat st {};
  if (::stat(path.c_str(), &st) != 0) throw_errno("stat " + path);
  const std::string dev = std::to_string(major(st.st_dev)) + ":" + std::to_string(minor(st.st_dev));
  Sample sample;
  const SuperblockSample* sb = nullptr;
  poll_until(std::chrono::seconds(5), [&] {
    sample = f.env.tool->sample_after(monotonic_ns());
    sb = sample.superblock(dev);
    return sb != nullptr && sb->size_bytes.has_value();
  });
  f.expect(sb != nullptr, "superblock " + dev + " is not listed");
  if (sb == nullptr) return;
  expect_statfs(f, path, *sb);
  f.expect_tally("elsewhere", shared->tally, sb->counters);
  f.expect_created(
      "elsewhere", shared->tally, sb->counters - [&] {
        Counters root;
        root.created[kDirectory] = 1;
        return root;
      }());
  f.expect(std::count(sb->mount_points.begin(), sb->mount_points.end(), where) == 1, where + " is not its mount point");
  std::int64_t events = 0;
  for (const Event& e : f.env.tool->events_after(f.start())) {
    if (e.dev != dev) continue;
    ++events;
    f.expect(e.mount_point == where, "mount_point of the event is " + e.mount_point);
    f.expect(e.generation == sb->generation, "generation of the event is another superblock's");
    f.expect_eq("tgid of the event", child.pid(), e.tgid);
  }
  f.expect_eq("events", 1, events);
  child.kill();
  ::rmdir(where.c_str());
}

// Sizes change while the mount is in use, and the sample follows statfs.
void sizes_follow_remount(Fixture& f) {
  const Mount m("size=1m,nr_inodes=50");
  Tally t;
  for (int i = 0; i < 20; ++i) put_file(m.file("f" + std::to_string(i)), pattern(), 5000, t);
  for (const char* options : {"size=1m,nr_inodes=50", "size=1m,nr_inodes=70", "size=3m,nr_inodes=30"}) {
    f.expect(m.remount(options), std::string("remount to ") + options + " failed");
    const Sample sample = f.checkpoint(std::vector<const Mount*>{&m});
    if (sample.superblock(m.dev()) != nullptr) expect_statfs(f, m.path(), *sample.superblock(m.dev()));
  }
  f.expect(!m.remount("nr_inodes=20"), "the kernel took fewer inodes than there are");
  const Sample sample = f.checkpoint(std::vector<const Mount*>{&m});
  if (sample.superblock(m.dev()) == nullptr) return;
  f.expect_eq("inodes_total after a refused remount", 30, sample.superblock(m.dev())->inodes_total.value_or(-1));
  expect_statfs(f, m.path(), *sample.superblock(m.dev()));
}

void memory_of_cgroups(Fixture& f) {
  const Mount m("size=8m");
  const Cgroup group(f.env.cgroups, "tt_memory");
  run_child(&group, "charged", [&] {
    Tally t;
    return put_file(m.file("file"), pattern(), 900'000, t) ? 0 : 1;
  });
  const auto seen = [&] {
    const Sample sample = f.env.tool->sample_after(monotonic_ns());
    const CgroupSample* row = sample.cgroup(group.id());
    return row == nullptr ? CgroupSample{} : *row;
  };
  CgroupSample row = seen();
  f.expect(row.memory_unlimited && !row.memory_max, "a cgroup without a limit is not unlimited");
  constexpr std::int64_t kLimit = 64 << 20;
  f.expect(group.set_limit(kLimit), "the limit could not be set");
  row = seen();
  f.expect_eq("memory_max", kLimit, row.memory_max.value_or(-1));
  f.expect(!row.memory_unlimited, "a cgroup with a limit is unlimited");
  // The last of what the process had is given back by the kernel in its own time; then the value stands still.
  std::int64_t expected = 0;
  const bool equal = poll_until(std::chrono::seconds(10), [&] {
    const std::int64_t before = group.usage();
    row = seen();
    expected = group.usage();
    return before == expected && row.memory_current.value_or(-1) == expected;
  });
  f.expect(equal, "memory_current expected " + std::to_string(expected) + ", seen " +
                      std::to_string(row.memory_current.value_or(-1)));
  const bool same = poll_until(std::chrono::seconds(10), [&] {
    expected = group.shmem();
    row = seen();
    return row.shmem_bytes.value_or(-1) == expected;
  });
  f.expect(same, "shmem_bytes expected " + std::to_string(expected) + ", seen " +
                     std::to_string(row.shmem_bytes.value_or(-1)));
  f.check_cgroup(group);
}

}  // namespace

void add_view_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"mount_in_another_namespace", Need::nothing, mount_in_another_namespace},
                             {"sizes_follow_remount", Need::nothing, sizes_follow_remount},
                             {"memory_of_cgroups", Need::nothing, memory_of_cgroups}});
}

}  // namespace guest
