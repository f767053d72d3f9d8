// SPDX-License-Identifier: Apache-2.0
// Who is charged: the cgroup that made the page, whoever frees it and whatever became of the cgroup.
#include <fcntl.h>
#include <unistd.h>

#include <memory>

#include "case_table.h"

namespace guest {
namespace {

void write_file(const Cgroup& group, const std::string& path, std::int64_t size, off_t at) {
  run_child(&group, "writer", [&] {
    const Fd fd = open_file(path, O_RDWR | O_CREAT, 0644);
    return ::pwrite(fd.get(), pattern(), static_cast<std::size_t>(size), at) == size ? 0 : 1;
  });
}

void cgroups_share_an_inode(Fixture& f) {
  const Mount m("size=16m");
  const Cgroup a(f.env.cgroups, "tt_a");
  const Cgroup b(f.env.cgroups, "tt_b");
  const Cgroup c(f.env.cgroups, "tt_c");
  const std::string file = m.file("shared");
  write_file(a, file, 512 * 1024, 0);
  write_file(b, file, 256 * 1024, 512 * 1024);
  write_file(a, file, 128 * 1024, 768 * 1024);
  write_file(b, file, 64 * 1024, 0);  // in place: the pages stay a's
  const auto checkpoint = [&] { return f.checkpoint(std::vector<const Mount*>{&m}); };
  Sample sample = checkpoint();
  f.expect_eq("a resident_bytes", 640 * 1024, sample.ledger_row(a.id(), m.dev()).resident);
  f.expect_eq("b resident_bytes", 256 * 1024, sample.ledger_row(b.id(), m.dev()).resident);
  f.expect_eq("b written_bytes", 320 * 1024, sample.ledger_row(b.id(), m.dev()).written);
  f.check_cgroup(a);
  f.check_cgroup(b);
  // A third one frees the end of a's first part and the beginning of b's.
  run_child(&c, "puncher", [&] {
    const Fd fd = open_file(file, O_RDWR);
    return ::fallocate(fd.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 384 * 1024, 256 * 1024);
  });
  sample = checkpoint();
  f.expect_eq("a resident_bytes after the hole", 512 * 1024, sample.ledger_row(a.id(), m.dev()).resident);
  f.expect_eq("b resident_bytes after the hole", 128 * 1024, sample.ledger_row(b.id(), m.dev()).resident);
  f.expect_eq("c freed_bytes", 0, sample.ledger_row(c.id(), m.dev()).freed);
  f.check_cgroup(a);
  f.check_cgroup(b);
  run_child(&c, "remover", [&] { return ::unlink(file.c_str()); });
  sample = checkpoint();
  f.expect_eq("a resident_bytes at the end", 0, sample.ledger_row(a.id(), m.dev()).resident);
  f.expect_eq("b resident_bytes at the end", 0, sample.ledger_row(b.id(), m.dev()).resident);
  f.expect_eq("c resident_bytes at the end", 0, sample.ledger_row(c.id(), m.dev()).resident);
}

// One more cgroup than the books keep apart for an inode, and another: their pages are the first owner's, and that is
// said.
void many_cgroups_share_an_inode(Fixture& f) {
  constexpr int kOwners = 9;
  constexpr int kKept = 7;  // the first and six more
  constexpr std::int64_t kEach = 16 * kPage;
  constexpr std::int64_t kHole = 4 * kPage;
  const Mount m("size=16m");
  const std::string file = m.file("shared");
  std::vector<std::unique_ptr<Cgroup>> groups;
  const std::int64_t full_before = f.env.tool->sample_after(monotonic_ns()).loss("owners_full");
  for (int g = 0; g < kOwners; ++g) {
    groups.push_back(std::make_unique<Cgroup>(f.env.cgroups, "tt_owner" + std::to_string(g)));
    write_file(*groups.back(), file, kEach, g * kEach);
  }
  const auto compare = [&](const char* when, std::int64_t each) {
    const Sample sample = f.checkpoint(std::vector<const Mount*>{&m});  // the superblock's sum is exact in any case
    const bool full = sample.loss("owners_full") > full_before;
    const auto resident = [&](int g) {
      return sample.ledger_row(groups[static_cast<std::size_t>(g)]->id(), m.dev()).resident;
    };
    std::int64_t sum = 0;
    for (int g = 0; g < kOwners; ++g) {
      sum += resident(g);
      const bool kept = !full || (g > 0 && g < kKept);
      if (kept) f.expect_eq(std::string(when) + " resident_bytes of owner " + std::to_string(g), each, resident(g));
    }
    f.expect_eq(std::string(when) + " resident_bytes of all", kOwners * each, sum);
  };
  compare("written:", kEach);
  for (int g = 1; g < kKept; ++g) f.check_cgroup(*groups[static_cast<std::size_t>(g)]);
  const Cgroup third(f.env.cgroups, "tt_third");
  run_child(&third, "puncher", [&] {
    const Fd fd = open_file(file, O_RDWR);
    for (int g = 0; g < kOwners; ++g) {
      const int mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
      if (::fallocate(fd.get(), mode, g * kEach + kPage, kHole) != 0) return 1;
    }
    return 0;
  });
  compare("punched:", kEach - kHole);
  for (int g = 1; g < kKept; ++g) f.check_cgroup(*groups[static_cast<std::size_t>(g)]);
  f.expect_eq("freed_bytes of the third", 0,
              f.env.tool->sample_after(monotonic_ns()).ledger_row(third.id(), m.dev()).freed);
  ::unlink(file.c_str());
  const Sample end = f.checkpoint(std::vector<const Mount*>{&m});
  for (const auto& group : groups) {
    f.expect_eq("resident_bytes at the end of " + group->path(), 0, end.ledger_row(group->id(), m.dev()).resident);
  }
}

void free_credits_the_charged(Fixture& f) {
  const Mount m("size=16m");
  const Cgroup a(f.env.cgroups, "tt_a");
  const Cgroup b(f.env.cgroups, "tt_b");
  run_child(&a, "writer", [&] {
    Tally t;
    for (int i = 0; i < 50; ++i) put_file(m.file("f" + std::to_string(i)), pattern(), 6000, t);
    return 0;
  });
  f.check_cgroup(a);
  run_child(&b, "remover", [&] {
    for (int i = 0; i < 50; ++i) ::unlink(m.file("f" + std::to_string(i)).c_str());
    return 0;
  });
  const Sample sample = f.checkpoint(std::vector<const Mount*>{&m});
  const Counters row_a = sample.ledger_row(a.id(), m.dev());
  const Counters row_b = sample.ledger_row(b.id(), m.dev());
  f.expect_eq("charged: allocated_bytes", 100 * kPage, row_a.allocated);
  f.expect_eq("charged: freed_bytes", 100 * kPage, row_a.freed);
  f.expect_eq("charged: inodes", 0, row_a.inodes);
  f.expect_eq("remover: freed_bytes", 0, row_b.freed);
  f.expect_eq("remover: inodes", 0, row_b.inodes);
}

void cgroup_gone_before_its_files(Fixture& f) {
  const Mount m("size=16m");
  std::uint64_t id = 0;
  {
    const Cgroup group(f.env.cgroups, "tt_gone");
    id = group.id();
    write_file(group, m.file("left"), 100'000, 0);
    f.checkpoint(m);
  }
  const Sample left = f.checkpoint(std::vector<const Mount*>{&m});
  f.expect_eq("resident_bytes of the removed cgroup", 25 * kPage, left.ledger_row(id, m.dev()).resident);
  const CgroupSample* gone = left.cgroup(id);
  f.expect(gone != nullptr && gone->dead, "the removed cgroup is not shown as dead");
  f.expect(gone != nullptr && gone->path.find("tt_gone") != std::string::npos, "the removed cgroup has lost its name");
  ::unlink(m.file("left").c_str());
  const Sample sample = f.checkpoint(std::vector<const Mount*>{&m});
  f.expect_eq("resident_bytes at the end", 0, sample.ledger_row(id, m.dev()).resident);
}

void cgroup_paths(Fixture& f) {
  const Mount m("size=16m");
  const Cgroup outer(f.env.cgroups, "tt_outer");
  if (f.env.cgroups.v2) write_text(outer.directory() + "/cgroup.subtree_control", "+memory");
  const Cgroup inner(f.env.cgroups, "tt_outer/inner");
  write_file(inner, m.file("file"), 10'000, 0);
  const Sample sample = f.checkpoint(std::vector<const Mount*>{&m});
  const CgroupSample* group = sample.cgroup(inner.id());
  f.expect(group != nullptr && group->path == inner.path(),
           "path expected " + inner.path() + ", seen " + (group == nullptr ? "no such cgroup" : group->path));
  f.expect_eq("resident_bytes", 3 * kPage, sample.ledger_row(inner.id(), m.dev()).resident);
}

}  // namespace

void add_cgroup_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"cgroups_share_an_inode", Need::nothing, cgroups_share_an_inode},
                             {"many_cgroups_share_an_inode", Need::nothing, many_cgroups_share_an_inode},
                             {"free_credits_the_charged", Need::nothing, free_credits_the_charged},
                             {"cgroup_gone_before_its_files", Need::nothing, cgroup_gone_before_its_files},
                             {"cgroup_paths", Need::nothing, cgroup_paths}});
}

}  // namespace guest
