// SPDX-License-Identifier: Apache-2.0
// One small file for each request, on a mount of 64 MiB that nobody sized: whole pages fill it, creation goes on.
#include <fcntl.h>
#include <unistd.h>

#include "case_table.h"

namespace guest {
namespace {

constexpr std::int64_t kFits = 16'384;
constexpr std::int64_t kFails = 500;

struct Sessions {
  Tally tally;
  std::int64_t with_data = 0;
  std::int64_t empty = 0;
};

void incident(Fixture& f) {
  const Mount m("size=64m,nr_inodes=40000");
  const Cgroup group(f.env.cgroups, "tt_sessions");
  const Counters before = f.checkpoint(m);
  const Shared<Sessions> sessions;
  Child server(&group, "auth-proxy", [&] {
    for (int n = 0; sessions->empty < kFails; ++n) {
      const bool stored = put_file(m.file("session_" + std::to_string(n)), pattern(), 1500, sessions->tally);
      ++(stored ? sessions->with_data : sessions->empty);
    }
    return 0;
  });
  f.expect_eq("wait status of the server", 0, server.wait(std::chrono::seconds(120)).value_or(-1));
  f.expect_eq("own files with data", kFits, sessions->with_data);
  const Sample sample = f.checkpoint(std::vector<const Mount*>{&m});
  const SuperblockSample* sb = sample.superblock(m.dev());
  if (sb == nullptr) return;
  const Counters row = sample.ledger_row(group.id(), m.dev());
  f.expect_eq("allocated_bytes", 67'108'864, row.allocated);
  f.expect_eq("written_bytes", kFits * 1500, row.written);
  f.expect_eq("refusals write/blocks", kFails, row.refusals[kWrite][kBlocks]);
  f.expect_eq("refused in all", kFails, row.refused);
  f.expect_eq("created regular", kFits + kFails, row.created[kRegular]);
  f.expect_eq("files with data, by pages", kFits, row.allocated / kPage);
  f.expect_eq("files left empty", kFails, row.created[kRegular] - row.allocated / kPage);
  f.expect_tally("incident", sessions->tally, sb->counters - before);
  f.expect_event(m, {kWrite, kBlocks, "ENOSPC", "session_" + std::to_string(kFits), m.name(), server.pid(),
                     "auth-proxy", group.path()});
  f.check_cgroup(group);
  remove_tree(m.path());
  const Sample gone = f.checkpoint(std::vector<const Mount*>{&m});
  f.expect_eq("freed_bytes at the end", 67'108'864, gone.ledger_row(group.id(), m.dev()).freed);
}

}  // namespace

void add_incident_case(std::vector<Case>& cases) { cases.push_back({"incident", Need::nothing, incident}); }

}  // namespace guest
