// SPDX-License-Identifier: Apache-2.0
// What is told of files that are made and removed: who did it, by name pattern, and how much of it was told.
#include <unistd.h>

#include <algorithm>

#include "case_table.h"

namespace guest {
namespace {

constexpr int kMade = 40;  // few enough that each is told
constexpr int kRemoved = 5;
constexpr int kMany = 5000;

const PatternSample* find_pattern(const Sample& sample, const Mount& m, const std::string& pattern) {
  const SuperblockSample* sb = sample.superblock(m.dev());
  if (sb == nullptr) return nullptr;
  const auto found = std::find_if(sb->patterns_told.begin(), sb->patterns_told.end(),
                                  [&](const PatternSample& p) { return p.pattern == pattern; });
  return found == sb->patterns_told.end() ? nullptr : &*found;
}

std::string session(int i) { return "session_" + std::to_string(1'000'000 + i); }

void make_and_remove(const Mount& m, int made, int removed) {
  Tally t;
  for (int i = 0; i < made; ++i) ::close(create(m.file("spool/in/" + session(i)), t));
  for (int i = 0; i < removed; ++i) ::unlink(m.file("spool/in/" + session(i)).c_str());
}

void files_told(Fixture& f) {
  const Mount m("size=16m");
  const Cgroup group(f.env.cgroups, "tt_maker");
  Tally t;
  make_directory(m.file("spool"), t);
  make_directory(m.file("spool/in"), t);
  run_child(&group, "maker", [&] {
    make_and_remove(m, kMade, kRemoved);
    return 0;
  });
  const Sample sample = f.checkpoint({&m});
  const SuperblockSample* sb = sample.superblock(m.dev());
  f.expect(sb != nullptr && sb->told_share == 1.0, "not everything was told");
  const PatternSample* told = find_pattern(sample, m, "session_*");
  if (told == nullptr) return f.expect(false, "nothing was told of session_*");
  f.expect(told->directory == "/spool/in", "directory is " + told->directory);
  f.expect_eq("created", kMade, told->created);
  f.expect_eq("removed", kRemoved, told->removed);
  f.expect_eq("creators", 1, static_cast<std::int64_t>(told->creators.size()));
  if (told->creators.size() != 1) return;
  const CreatorSample& creator = told->creators[0];
  f.expect_eq("cgroup", static_cast<std::int64_t>(group.id()), static_cast<std::int64_t>(creator.cgroup));
  f.expect(creator.comm == "maker", "comm is " + creator.comm);
  f.expect(creator.executable == "guest-test", "executable is " + creator.executable);
  f.expect_eq("created by it", kMade, creator.created);
}

// A creator that has ended is told so, once somebody looks again.
void file_creator_ends(Fixture& f) {
  const Mount m("size=16m");
  Tally t;
  make_directory(m.file("spool"), t);
  make_directory(m.file("spool/in"), t);
  run_child(nullptr, "maker", [&] {
    make_and_remove(m, kMade, 0);
    return 0;
  });
  f.checkpoint({&m});
  ::close(create(m.file("news"), t));
  const Sample sample = f.checkpoint({&m});
  const PatternSample* told = find_pattern(sample, m, "session_*");
  const PatternSample* news = find_pattern(sample, m, "news");
  f.expect(told != nullptr && told->creators.size() == 1 && told->creators[0].lives == false,
           "the maker's end is not told");
  f.expect(news != nullptr && news->creators.size() == 1 && news->creators[0].lives == true,
           "this process is not told to live");
}

// Of many some are told, and the share says how many; the ledger has all.
void files_sampled(Fixture& f) {
  const Mount m("size=64m");
  Tally t;
  make_directory(m.file("spool"), t);
  make_directory(m.file("spool/in"), t);
  run_child(nullptr, "maker", [&] {
    make_and_remove(m, kMany, 0);
    return 0;
  });
  const Sample sample = f.checkpoint({&m});
  const SuperblockSample* sb = sample.superblock(m.dev());
  const PatternSample* told = find_pattern(sample, m, "session_*");
  if (sb == nullptr || told == nullptr || !sb->told_share) return f.expect(false, "nothing was told of session_*");
  f.expect_eq("created regular", kMany, sb->counters.created[kRegular]);
  f.expect(told->created > 0 && told->created < kMany,
           "told are " + std::to_string(told->created) + ": the case proves nothing");
  const double share = static_cast<double>(told->created) / kMany;
  f.expect(*sb->told_share == share,
           "told_share is " + std::to_string(*sb->told_share) + ", not " + std::to_string(share));
}

}  // namespace

void add_file_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"files_told", Need::nothing, files_told},
                             {"file_creator_ends", Need::nothing, file_creator_ends},
                             {"files_sampled", Need::nothing, files_sampled}});
}

}  // namespace guest
