// SPDX-License-Identifier: Apache-2.0
#include "tui/process_rows.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "model/names.h"
#include "model/pattern_key.h"
#include "tui/event_text.h"

namespace tmpfstrace {
namespace {

class Rows {
 public:
  explicit Rows(const Frame& frame) : frame_(frame) {
    for (const CgroupView& view : frame.snapshot->cgroups) cgroups_[view.info.id] = &view;
  }

  void add_creators(const SuperblockView& view) {
    if (view.info.activity == nullptr) return;
    for (const PatternActivity& activity : view.info.activity->patterns) {
      for (const FileCreator& creator : activity.creators) {
        ProcessRow& row = row_of(creator.cgroup, creator.comm);
        if (!creator.executable.empty()) row.executable = creator.executable;
        row.tgid = creator.tgid;
        // Of the parts that could be looked at: one that runs is enough.
        if (creator.lives) row.lives = row.lives.value_or(false) || *creator.lives;
        row.created = row.created.value_or(0) + creator.created;
        if (creator.created > row.most_created) {
          row.most_created = creator.created;
          row.pattern =
              (activity.directory.ends_with('/') ? activity.directory : activity.directory + "/") + activity.pattern;
        }
      }
    }
  }

  void add_refusal(const RefusalEvent& event) {
    ProcessRow& row = row_of(event.cgroup, event.comm);
    // One that cannot be attributed, or is not in the sample, had a path all the same.
    if (event.cgroup == 0 || !cgroups_.contains(event.cgroup)) row.cgroup_name = who_text(event);
    if (row.tgid == 0) row.tgid = event.tgid;
    ++row.refused;
    row.cause = cause_name(event.cause);
    row.refused_ns = std::max(row.refused_ns, event.realtime_ns);
  }

  std::vector<ProcessRow> take() {
    std::vector<ProcessRow> rows;
    for (auto& [key, row] : rows_) rows.push_back(std::move(row));
    return rows;
  }

 private:
  ProcessRow& row_of(CgroupId cgroup, const std::string& comm) {
    const auto [place, is_new] = rows_.try_emplace({cgroup, comm});
    ProcessRow& row = place->second;
    if (!is_new) return row;
    row.key = {cgroup, hash_of_key(comm)};
    row.cgroup = cgroup;
    row.comm = comm;
    const auto found = cgroups_.find(cgroup);
    if (found == cgroups_.end()) {
      row.cgroup_name = fmt::format("cgroup {}", cgroup);
    } else {
      const Cgroup& info = found->second->info;
      row.cgroup_name = info.owner ? owner_text(*info.owner) : info.path;
    }
    return row;
  }

  const Frame& frame_;
  std::unordered_map<CgroupId, const CgroupView*> cgroups_;
  std::map<std::pair<CgroupId, std::string>, ProcessRow> rows_;
};

}  // namespace

std::vector<ProcessRow> process_rows(const Frame& frame) {
  Rows rows(frame);
  for (const SuperblockView& view : frame.snapshot->superblocks) rows.add_creators(view);
  for (const LoggedEvent& logged : frame.events.events()) rows.add_refusal(*logged.event);
  return rows.take();
}

}  // namespace tmpfstrace
