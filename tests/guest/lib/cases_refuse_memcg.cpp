// SPDX-License-Identifier: Apache-2.0
// The cgroup's memory limit, or an ancestor's, refuses: each operation that can be told so.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "case_table.h"
#include "limited.h"

namespace guest {
namespace {

// What every case needs: a mount with a file that takes the memory up to the limit.
struct Scene {
  Mount mount{"size=64m"};
  std::string spool = mount.file("spool");
  Fd data;

  Scene() {
    Tally t;
    make_directory(spool, t);
    data = Fd(create(spool + "/data", t));
    put(data.get(), pattern(), 64 * 1024, kAtPosition, t);
  }
};

ExpectedEvent event(const LimitedRun& run, const Cgroup& group, Op op, const std::string& error,
                    const std::string& file) {
  return {op, kMemcg, error, file, "spool", run.pid, "limited", group.path()};
}

// The counts are compared in any case; what the limit had to refuse is known only if it stood to the end.
void conclude(Fixture& f, const Scene& scene, const LimitedRun& run, const Counters& d, Op op, std::int64_t refused) {
  f.expect_tally("memcg", run.tally, d);
  if (run.lifted) throw Skip("the process hung at its limit; lifted after 30 s, the counts agree");
  f.expect(run.tally.refused[kWrite][kMemcg] > 0, "the limit refused no write");
  f.expect_eq(std::string("own refusals ") + kOpNames[op], refused, run.tally.refused[op][kMemcg]);
  f.checkpoint(scene.mount);
}

void write_at_limit(Fixture& f, const Cgroup& limited, const Cgroup& member) {
  const Scene scene;
  const Fd reserve = open_file(scene.spool + "/reserve", O_RDWR | O_CREAT);
  const Counters before = f.checkpoint(scene.mount);
  const auto act = [&](Tally& t) {
    fill_to_limit(scene.data.get(), t);
    note(::fallocate(reserve.get(), 0, 0, 16 << 20), kFallocate, kMemcg, t);
  };
  const LimitedRun run = run_at_limit(f, limited, member, {[] {}, act});
  const Counters d = f.checkpoint(scene.mount) - before;
  f.check_cgroup(member);
  remove_tree(scene.mount.path());
  conclude(f, scene, run, d, kFallocate, 1);
  f.expect_event(scene.mount, event(run, member, kWrite, run.tally.shorts > 0 ? "null" : "ENOMEM", "data"));
  f.expect_event(scene.mount, event(run, member, kFallocate, "ENOMEM", "reserve"));
}

void memcg_limit(Fixture& f) {
  const Cgroup group(f.env.cgroups, "tt_limited");
  write_at_limit(f, group, group);
}

void memcg_limit_of_ancestor(Fixture& f) {
  const Cgroup outer(f.env.cgroups, "tt_limited");
  if (f.env.cgroups.v2) write_text(outer.directory() + "/cgroup.subtree_control", "+memory");
  write_text(outer.directory() + "/memory.use_hierarchy", "1");  // v1 up to 5.10
  const Cgroup inner(f.env.cgroups, "tt_limited/inner");
  write_at_limit(f, outer, inner);
}

// From user space such a fault would be tried for ever; in a system call it ends with EFAULT.
void memcg_fault(Fixture& f) {
  const Scene scene;
  const Cgroup group(f.env.cgroups, "tt_limited");
  const Fd hole = open_file(scene.spool + "/hole", O_RDWR | O_CREAT);
  f.expect(::ftruncate(hole.get(), kHugePage) == 0, "ftruncate failed");
  Tally none;
  put_file("/tmp/tt_source", pattern(), 100, none);
  const Fd source = open_file("/tmp/tt_source", O_RDONLY);
  const Counters before = f.checkpoint(scene.mount);
  char* area = nullptr;
  const auto prepare = [&] {
    area = static_cast<char*>(::mmap(nullptr, kHugePage, PROT_READ | PROT_WRITE, MAP_SHARED, hole.get(), 0));
    // With a page at either end the page tables are there: what remains to be charged is the page itself.
    area[0] = 1;
    area[kHugePage - kPage] = 1;
  };
  const auto act = [&](Tally& t) {
    fill_to_limit(scene.data.get(), t);
    for (const int page : {5, 5, 9, 300}) {
      const ssize_t got = ::pread(source.get(), area + page * kPage, 100, 0);
      if (got < 0 && errno == EFAULT) ++t.refused[kFault][kMemcg];
    }
  };
  const LimitedRun run = run_at_limit(f, group, group, {prepare, act});
  ::unlink("/tmp/tt_source");
  conclude(f, scene, run, f.checkpoint(scene.mount) - before, kFault, 4);
  f.expect_event(scene.mount, event(run, group, kFault, "*", "hole"));
}

void memcg_splice(Fixture& f) {
  const Scene scene;
  const Cgroup group(f.env.cgroups, "tt_limited");
  const Fd out = open_file(scene.spool + "/out", O_RDWR | O_CREAT);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno("pipe");
  const Fd from(ends[0]);
  const Fd to(ends[1]);
  f.expect_eq("bytes into the pipe", 5000, ::write(to.get(), pattern(), 5000));
  const Counters before = f.checkpoint(scene.mount);
  const auto prepare = [&] {
    off_t at = 0;  // the process gets its pipe for sendfile, which is charged to its cgroup as well
    if (::sendfile(out.get(), scene.data.get(), &at, 100) != 100) throw_errno("sendfile");
    ::lseek(out.get(), 8 * kPage, SEEK_SET);
  };
  const auto act = [&](Tally& t) {
    fill_to_limit(scene.data.get(), t);
    for (int i = 0; i < 3; ++i) {
      off_t at = 0;
      note(::sendfile(out.get(), scene.data.get(), &at, 20'000), kSplice, kMemcg, t);
    }
    loff_t at = 4 * kPage;
    note(::splice(from.get(), nullptr, out.get(), &at, 5000, 0), kSplice, kMemcg, t);
  };
  LimitedRun run = run_at_limit(f, group, group, {prepare, act});
  run.tally.written += 100;
  run.tally.calls += 1;
  conclude(f, scene, run, f.checkpoint(scene.mount) - before, kSplice, 4);
  f.expect_event(scene.mount, event(run, group, kSplice, "ENOMEM", "out"));
}

// Cut short at the limit, but by the caller's own buffer, and into pages that are there: no refusal.
void memcg_full_and_bad_buffer(Fixture& f) {
  const Scene scene;
  const Cgroup group(f.env.cgroups, "tt_limited");
  const Counters before = f.checkpoint(scene.mount);
  char* area = nullptr;
  const auto prepare = [&] {
    area = static_cast<char*>(
        ::mmap(nullptr, 2 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0));
    ::mprotect(area + kPage, kPage, PROT_NONE);
  };
  const auto act = [&](Tally& t) {
    fill_to_limit(scene.data.get(), t);
    for (int i = 0; i < 3; ++i) {
      const ssize_t done = ::pwrite(scene.data.get(), area, 2 * kPage, 0);
      t.written += done > 0 ? done : 0;
      t.calls += done >= 0 ? 1 : 0;
      t.shorts += done == kPage ? 1 : 0;
    }
    ::pwrite(scene.data.get(), area + kPage, 100, 0);  // EFAULT
  };
  const LimitedRun run = run_at_limit(f, group, group, {prepare, act});
  f.expect(run.tally.shorts >= 3, "the buffer cut no write short");
  conclude(f, scene, run, f.checkpoint(scene.mount) - before, kWrite, 3);
}

}  // namespace

void add_memcg_refusal_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"memcg_limit", Need::nothing, memcg_limit},
                             {"memcg_limit_of_ancestor", Need::nothing, memcg_limit_of_ancestor},
                             {"memcg_fault", Need::nothing, memcg_fault},
                             {"memcg_splice", Need::nothing, memcg_splice},
                             {"memcg_full_and_bad_buffer", Need::nothing, memcg_full_and_bad_buffer}});
}

}  // namespace guest
