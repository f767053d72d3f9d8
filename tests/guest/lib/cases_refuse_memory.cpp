// SPDX-License-Identifier: Apache-2.0
// Limits beyond the superblock and the cgroup: the node's memory, a user's quota.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "case_table.h"
#include "shared_mapping.h"

namespace guest {
namespace {

// Strict overcommit with next to nothing to commit. The tool stands still meanwhile: nobody can get memory in this
// window.
class StrictOvercommit {
 public:
  explicit StrictOvercommit(pid_t tool) : tool_(tool) {
    ::kill(tool_, SIGSTOP);
    set_ = write_text(kKbytes, "1") && ::pwrite(mode_.get(), "2", 1, 0) == 1;
  }
  ~StrictOvercommit() { restore(); }
  StrictOvercommit(const StrictOvercommit&) = delete;
  StrictOvercommit& operator=(const StrictOvercommit&) = delete;

  bool is_set() const { return set_; }
  // More is committed than may be: the kernel has to refuse every page. Asks for no memory itself.
  bool must_refuse() {
    static char text[8192];
    const ssize_t got = ::pread(meminfo_.get(), text, sizeof text - 1, 0);
    text[got > 0 ? got : 0] = 0;
    const char* limit = std::strstr(text, "CommitLimit:");
    const char* committed = std::strstr(text, "Committed_AS:");
    if (limit == nullptr || committed == nullptr) return false;
    return std::strtoll(committed + 13, nullptr, 10) > std::strtoll(limit + 12, nullptr, 10) + 1024;
  }
  bool restore() {
    if (tool_ == 0) return true;
    const bool mode = ::pwrite(mode_.get(), old_mode_.data(), 1, 0) == 1;
    const bool by_ratio = std::strtoll(old_kbytes_.c_str(), nullptr, 10) == 0;
    // Each sets the other one to 0.
    const bool limit = write_text(by_ratio ? kRatio : kKbytes, by_ratio ? old_ratio_ : old_kbytes_);
    ::kill(tool_, SIGCONT);
    tool_ = 0;
    return mode && limit;
  }

 private:
  static constexpr const char* kKbytes = "/proc/sys/vm/overcommit_kbytes";
  static constexpr const char* kRatio = "/proc/sys/vm/overcommit_ratio";
  pid_t tool_;
  Fd mode_ = open_file("/proc/sys/vm/overcommit_memory", O_RDWR);
  Fd meminfo_ = open_file("/proc/meminfo", O_RDONLY);
  std::string old_mode_ = read_text("/proc/sys/vm/overcommit_memory");
  std::string old_kbytes_ = read_text(kKbytes);
  std::string old_ratio_ = read_text(kRatio);
  bool set_ = false;
};

// It refuses pages of files without a reservation, which is what tmpfs files are, with the errno of a full superblock.
void overcommit_refusal(Fixture& f) {
  const Mount m("size=16m");
  Tally t;
  const std::string spool = m.file("spool");
  make_directory(spool, t);
  const Fd fd(create(spool + "/file", t));
  const Fd reserve(create(spool + "/reserve", t));
  const Fd hole(create(spool + "/hole", t));
  f.expect(::ftruncate(hole.get(), 4 * kPage) == 0, "ftruncate failed");
  const SharedMapping area(hole, 4 * kPage);
  const std::string name = spool + "/link";
  const std::string target(4000, 't');
  const Counters before = f.checkpoint(m);
  t = Tally{};
  StrictOvercommit strict(f.env.tool->pid());
  const bool must_refuse = strict.is_set() && strict.must_refuse();
  if (must_refuse) {
    for (int i = 0; i < 2; ++i) put(fd.get(), pattern(), 1500, 0, t, kMemory);
    for (int i = 0; i < 3; ++i) note(::fallocate(reserve.get(), 0, 0, 64 * kPage), kFallocate, kMemory, t);
    for (int i = 0; i < 4; ++i) t.refused[kFault][kMemory] += attempt_store(area.page(i), 1) ? 0 : 1;
    make_symlink(target, name, t, kMemory);
  }
  f.expect(strict.restore(), "what overcommit was could not be restored");
  if (!must_refuse) throw Skip("strict overcommit cannot be set here, or less is committed than may be");
  f.expect_eq("own write refusals", 2, t.refused[kWrite][kMemory]);
  f.expect_eq("own fallocate refusals", 3, t.refused[kFallocate][kMemory]);
  f.expect_eq("own SIGBUS", 4, t.refused[kFault][kMemory]);
  f.expect_eq("own symlink refusals", 1, t.refused[kSymlinkOp][kMemory]);
  f.expect_tally("overcommit", t, f.checkpoint(m) - before);
  const auto event = [&](Op op, const char* error, const char* file) {
    return ExpectedEvent{op, kMemory, error, file, "spool", ::getpid(), "guest-test", f.env.own->path()};
  };
  f.expect_event(m, event(kWrite, "ENOSPC", "file"));
  f.expect_event(m, event(kFallocate, "ENOSPC", "reserve"));
  f.expect_event(m, event(kFault, "SIGBUS", "hole"));
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
  cases.insert(cases.end(),
               {{"overcommit_refusal", Need::nothing, overcommit_refusal}, {"user_quota", Need::quota, user_quota}});
}

}  // namespace guest
