// SPDX-License-Identifier: Apache-2.0
// Limits beyond the superblock: the cgroup's memory, the node's, a user's quota.
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstring>

#include "case_table.h"

namespace guest {
namespace {

constexpr int kNoRight = 77;

struct LimitedResult {
  std::atomic<int> ready;
  std::atomic<int> go;
  Tally tally;
};

// In a memcg at its limit whose tasks cannot be killed a page fault is tried for ever. So the writer has all its memory
// in place before the limit comes, opens nothing afterwards, and the parent lifts the limit when it takes too long.
int write_at_limit(const std::string& spool, LimitedResult& result) {
  if (!write_text("/proc/self/oom_score_adj", "-1000")) return kNoRight;
  Tally setup;
  const Fd file(create(spool + "/data", setup));
  const Fd reserve(create(spool + "/reserve", setup));
  if (::mlockall(MCL_CURRENT) != 0) return 1;
  static Tally tally;
  std::memset(static_cast<void*>(&tally), 0, sizeof tally);
  result.ready = 1;
  while (result.go == 0) {
  }
  for (int i = 0; i < 1000 && tally.refused[kWrite][kMemcg] < 3; ++i) {
    put(file.get(), pattern(), 64 * 1024, kAtPosition, tally, kMemcg);
  }
  note(::fallocate(reserve.get(), 0, 0, 16 << 20), kFallocate, kMemcg, tally);
  result.tally = tally;
  return 0;
}

void memcg_limit(Fixture& f) {
  const Mount m("size=64m");
  Tally setup;
  make_directory(m.file("spool"), setup);
  const Shared<LimitedResult> result;
  const Cgroup group(f.env.cgroups, "tt_limited");
  const Counters before = f.checkpoint(m);
  Child child(&group, "limited", [&] { return write_at_limit(m.file("spool"), *result); });
  poll_until(std::chrono::seconds(20), [&] { return result->ready == 1; });
  const std::string usage_file = group.directory() + (f.env.cgroups.v2 ? "/memory.current" : "/memory.usage_in_bytes");
  const std::int64_t usage = std::strtoll(read_text(usage_file).c_str(), nullptr, 10);
  f.expect(group.set_limit(usage + (4 << 20)), "the limit could not be set");
  result->go = 1;
  const auto status = child.wait(std::chrono::seconds(30));
  group.lift_limit();
  if (!status) {
    child.wait(std::chrono::seconds(20));
    throw Skip("the writer hung at its limit; lifted after 30 s");
  }
  if (*status == kNoRight << 8) throw Skip("no right to make a process unkillable");
  f.expect_eq("wait status of the writer", 0, *status);
  const Tally& t = result->tally;
  f.expect(t.refused[kWrite][kMemcg] > 0, "the limit refused no write");
  f.expect_eq("own fallocate refusals", 1, t.refused[kFallocate][kMemcg]);
  f.expect_tally("memcg", t, f.checkpoint(m) - before);
  f.expect_event(
      m, {kWrite, kMemcg, t.shorts > 0 ? "null" : "ENOMEM", "data", "spool", child.pid(), "limited", group.path()});
  f.check_cgroup(group);
  remove_tree(m.path());
  f.checkpoint(m);
}

// Strict overcommit refuses pages of files without a reservation, which is what tmpfs files are.
void overcommit_refusal(Fixture& f) {
  const Mount m("size=16m");
  Tally t;
  make_directory(m.file("spool"), t);
  const Fd fd(create(m.file("spool") + "/file", t));
  const Fd mode = open_file("/proc/sys/vm/overcommit_memory", O_RDWR);
  const std::string old_mode = read_text("/proc/sys/vm/overcommit_memory");
  const std::string old_kbytes = read_text("/proc/sys/vm/overcommit_kbytes");
  const std::string old_ratio = read_text("/proc/sys/vm/overcommit_ratio");
  const Counters before = f.checkpoint(m);
  t = Tally{};
  // Nobody can get memory in this window: the tool stands still, and this process asks for none.
  ::kill(f.env.tool->pid(), SIGSTOP);
  const bool set = write_text("/proc/sys/vm/overcommit_kbytes", "1") && ::pwrite(mode.get(), "2", 1, 0) == 1;
  const ssize_t done = set ? put(fd.get(), pattern(), 1500, 0, t, kMemory) : 0;
  const int error = errno;
  const bool restored = ::pwrite(mode.get(), old_mode.data(), 1, 0) == 1;
  if (std::strtoll(old_kbytes.c_str(), nullptr, 10) == 0) {
    write_text("/proc/sys/vm/overcommit_ratio", old_ratio);  // sets the other one to 0
  } else {
    write_text("/proc/sys/vm/overcommit_kbytes", old_kbytes);
  }
  ::kill(f.env.tool->pid(), SIGCONT);
  f.expect(restored, "vm.overcommit_memory could not be restored");
  if (!set) throw Skip("vm.overcommit_memory cannot be set here");
  if (done >= 0) throw Skip("strict overcommit did not refuse the write");
  f.expect_tally("overcommit", t, f.checkpoint(m) - before);
  f.expect_event(m, {kWrite, kMemory, error == ENOMEM ? "ENOMEM" : "ENOSPC", "file", "spool", ::getpid(), "guest-test",
                     f.env.own->path()});
}

void user_quota(Fixture& f) {
  const Mount m("size=16m,mode=1777,usrquota,usrquota_block_hardlimit=64k,usrquota_inode_hardlimit=3");
  const Counters before = f.checkpoint(m);
  const Shared<Tally> tally;
  run_child(f.env.own.get(), "quota", [&] {
    // The limits of the mount options hold for everybody but root.
    if (::setresgid(1000, 1000, 1000) != 0 || ::setresuid(1000, 1000, 1000) != 0) return 1;
    Tally& t = *tally;
    const Fd fd(create(m.file("mine"), t, kQuota));
    for (int i = 0; i < 20; ++i) put(fd.get(), pattern(), 6000, kAtPosition, t, kQuota);
    for (int i = 0; i < 5; ++i) ::close(create(m.file("more" + std::to_string(i)), t, kQuota));
    return 0;
  });
  f.expect(tally->refused[kWrite][kQuota] > 0, "the quota refused no write");
  f.expect(tally->refused[kCreate][kQuota] > 0, "the quota refused no file");
  f.expect_tally("quota", *tally, f.checkpoint(m) - before);
}

}  // namespace

void add_memory_refusal_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"memcg_limit", Need::nothing, memcg_limit},
                             {"overcommit_refusal", Need::nothing, overcommit_refusal},
                             {"user_quota", Need::quota, user_quota}});
}

}  // namespace guest
