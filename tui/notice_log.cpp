// SPDX-License-Identifier: Apache-2.0
#include "tui/notice_log.h"

#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "model/losses.h"
#include "tui/format.h"
#include "tui/view_rows.h"

namespace tmpfstrace {
namespace {

std::string mode_text(const Mode& mode) { return mode.name + (mode.hooks.empty() ? "" : "/" + mode.hooks); }

void observe_losses(NoticeLog& log, const Snapshot* before, const Snapshot& now) {
  for (const auto& [name, count] : now.losses) {
    const auto old = before == nullptr ? now.losses.end() : before->losses.find(name);
    const bool known = before != nullptr && old != before->losses.end();
    const std::uint64_t was = known ? old->second : 0;
    if (count <= was) continue;
    const LossKind kind = loss_kind(name);
    const std::string what = kind == LossKind::Count        ? "not counted: "
                             : kind == LossKind::NotReached ? "not reached: "
                                                            : "no count is touched: ";
    log.push(now.realtime_ns, kind == LossKind::Harmless ? Severity::info : Severity::warning, "loss",
             fmt::format("{}{} rose by {} to {}", what, name, count - was, count));
  }
}

void observe_verdicts(NoticeLog& log, const Snapshot* before, const Snapshot& now) {
  std::map<std::string, const Verdict*> old;
  if (before != nullptr)
    for (const Verdict& verdict : before->verdicts) old[verdict.fingerprint()] = &verdict;
  for (const Verdict& verdict : now.verdicts)
    if (old.erase(verdict.fingerprint()) == 0) log.push(now.realtime_ns, verdict.severity, "found", verdict.sentence());
  for (const auto& [fingerprint, verdict] : old)
    log.push(now.realtime_ns, Severity::info, "over", fmt::format("{} {}", verdict->subject, verdict->finding));
}

std::string limit_text(const LimitChange& change) {
  std::string text = (change.mount_point.empty() ? "a superblock" : change.mount_point) + ":";
  if (change.size_before != change.size_bytes)
    text += fmt::format(" size {} -> {}", format_bytes(change.size_before), format_bytes(change.size_bytes));
  if (change.inodes_before != change.inodes_total)
    text += fmt::format(" inodes {} -> {}", format_count(change.inodes_before), format_count(change.inodes_total));
  return text;
}

void observe_superblocks(NoticeLog& log, const Changes& changes, const Snapshot& now) {
  if (!changes.new_superblocks.empty())
    for (const SuperblockView& view : now.superblocks)
      if (changes.new_superblocks.contains(key_of_superblock(view.info.id)) && !view.info.dead)
        log.push(now.realtime_ns, Severity::info, "mount", "appeared: " + superblock_name(view.info));
  for (const SuperblockView& view : changes.gone_superblocks)
    log.push(now.realtime_ns, Severity::info, "mount", "gone: " + superblock_name(view.info));
}

}  // namespace

void NoticeLog::push(std::uint64_t realtime_ns, Severity severity, std::string kind, std::string text) {
  if (notices_.size() >= capacity_ && !notices_.empty()) notices_.pop_front();
  notices_.push_back({++pushed_, realtime_ns, severity, std::move(kind), std::move(text)});
}

void NoticeLog::forget_from(std::uint64_t realtime_ns) {
  while (!notices_.empty() && notices_.back().realtime_ns >= realtime_ns) notices_.pop_back();
}

void NoticeLog::observe(const Snapshot* before, const Snapshot& now, const Changes* changes) {
  if (before == nullptr) {
    push(now.realtime_ns, Severity::info, "mode", fmt::format("{}: {}", mode_text(now.mode), now.mode.reason));
  } else if (mode_text(before->mode) != mode_text(now.mode)) {
    push(now.realtime_ns, Severity::warning, "mode",
         fmt::format("{} -> {}: {}", mode_text(before->mode), mode_text(now.mode), now.mode.reason));
  }
  observe_losses(*this, before, now);
  observe_verdicts(*this, before, now);
  for (const LimitChange& change : now.limit_changes)
    push(now.realtime_ns, Severity::info, "limit", limit_text(change));
  if (changes != nullptr) observe_superblocks(*this, *changes, now);
}

}  // namespace tmpfstrace
