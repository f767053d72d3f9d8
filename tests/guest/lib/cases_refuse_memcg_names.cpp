// SPDX-License-Identifier: Apache-2.0
// At a memory limit the inode or the page of a new name may be refused (both are charged), but also the name itself,
// which never reaches the file system, with the same errno. A tmpfs numbers its inodes one after the other, refused
// ones too: the numbers that are missing afterwards are the operations that it has refused.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>

#include "case_table.h"
#include "limited.h"

namespace guest {
namespace {

std::int64_t next_inode_number(const Mount& m, const std::string& name) {
  Tally t;
  const Fd fd(create(m.file(name), t));
  struct stat st {};
  if (::fstat(fd.get(), &st) != 0) throw_errno("fstat");
  return static_cast<std::int64_t>(st.st_ino);
}

// act makes one name and says whether it could.
void expect_refusals(Fixture& f, Op op, Kind kind, const std::function<bool(const std::string&, Tally&)>& act) {
  const Mount m("size=64m");
  const Mount ballast("size=64m");
  const Cgroup group(f.env.cgroups, "tt_limited");
  Tally none;
  make_directory(m.file("spool"), none);
  const Fd data(create(ballast.file("data"), none));
  const std::string name = m.file("spool") + "/new";
  const std::int64_t first = next_inode_number(m, "first");
  const Counters before = f.checkpoint(m);
  const auto at_limit = [&](Tally& t) {
    Tally filling;
    fill_to_limit(data.get(), filling);
    char path[256];
    int made = 0;
    std::int64_t hole = 0;
    for (int round = 0; round < 16; ++round) {
      // Room for one page, or for a slab of inodes (8 pages), or between: which of the name, its inode and its page is
      // refused depends on what each has left in the slab that it is taken from.
      const std::int64_t room = kPage << (round % 4);
      ::fallocate(data.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, hole, room);
      hole += room;
      do {
        ::snprintf(path, sizeof path, "%s%d", name.c_str(), made);
      } while (act(path, t) && ++made < 100);
    }
  };
  LimitedRun run = run_at_limit(f, group, group, {[] {}, at_limit});
  const Counters d = f.checkpoint(m) - before;
  const std::int64_t reached = next_inode_number(m, "last") - first - 1;
  const std::int64_t own = run.tally.refused[op][kMemcg];
  run.tally.refused[op][kMemcg] = reached - run.tally.created[kind];
  f.expect(own >= run.tally.refused[op][kMemcg], "more inodes refused than calls");
  f.expect_tally(kOpNames[op], run.tally, d);
  f.expect_eq("inodes", run.tally.created[kind], d.inodes);
  if (run.lifted) throw Skip("the process hung at its limit; lifted after 30 s, the counts agree");
  f.expect(run.tally.refused[op][kMemcg] > 0,
           "of " + std::to_string(own) + " refused calls none came as far as the file system");
}

void memcg_create(Fixture& f) {
  expect_refusals(f, kCreate, kRegular, [](const std::string& path, Tally& t) {
    const Fd fd(create(path, t, kMemcg));
    return fd.get() >= 0;
  });
}

void memcg_mkdir(Fixture& f) {
  expect_refusals(f, kMkdir, kDirectory,
                  [](const std::string& path, Tally& t) { return make_directory(path, t, kMemcg); });
}

void memcg_long_symlink(Fixture& f) {
  static const std::string target(4000, 't');
  expect_refusals(f, kSymlinkOp, kSymlink,
                  [](const std::string& path, Tally& t) { return make_symlink(target, path, t, kMemcg); });
}

}  // namespace

void add_memcg_name_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"memcg_create", Need::nothing, memcg_create},
                             {"memcg_mkdir", Need::nothing, memcg_mkdir},
                             {"memcg_long_symlink", Need::nothing, memcg_long_symlink}});
}

}  // namespace guest
