// SPDX-License-Identifier: Apache-2.0
#include "model/pattern_activity.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/quantity_text.h"
#include "model/remedy.h"

namespace tmpfstrace {
namespace {

// Every file of the pattern that is there was made since the start and told, by creators that found room.
bool all_creators_known(const FilePattern& files, const PatternActivity& activity) {
  return activity.counts_over == 0 && activity.created_by_others == 0 && files.counts_over == 0 &&
         activity.created >= activity.removed && activity.created - activity.removed >= files.files;
}

bool all_have_ended(const PatternActivity& activity) {
  return !activity.creators.empty() && std::all_of(activity.creators.begin(), activity.creators.end(),
                                                   [](const FileCreator& creator) { return creator.lives == false; });
}

}  // namespace

const PatternActivity* find_activity(const Superblock& superblock, const FilePattern& pattern) {
  if (superblock.activity == nullptr || !pattern.key) return nullptr;
  const auto& patterns = superblock.activity->patterns;
  const auto found = std::find_if(patterns.begin(), patterns.end(),
                                  [&](const PatternActivity& activity) { return activity.key == *pattern.key; });
  return found == patterns.end() ? nullptr : &*found;
}

std::optional<double> told_share(const SuperblockView& view) {
  if (view.info.activity == nullptr || !view.tally.counters.created) return std::nullopt;
  const auto counted = (*view.tally.counters.created)[TMPFS_KIND_REGULAR];
  if (!counted || *counted == 0) return std::nullopt;
  return std::min(1.0, static_cast<double>(view.info.activity->created) / static_cast<double>(*counted));
}

std::string main_creator(const PatternActivity& activity) {
  if (activity.creators.empty()) return {};
  const FileCreator& first = activity.creators.front();
  // comm is cut after 15 bytes.
  if (first.executable.empty() || first.executable.starts_with(first.comm)) return first.comm;
  return first.comm + " (" + first.executable + ")";
}

std::string files_in_words(const SuperblockView& view) {
  if (view.info.survey == nullptr || view.info.survey->patterns.empty()) return {};
  const FilePattern& pattern = view.info.survey->patterns.front();
  // A walk that came to its bound has met a part of them.
  const bool is_part = !view.info.survey->complete && pattern.counts_over == 0;
  std::string text =
      fmt::format("; {}{} {} {}", is_part ? "at least " : "", count_in_words(static_cast<double>(pattern.files)),
                  pattern.pattern, pattern.files == 1 ? "file" : "files");
  if (pattern.directory != "/") text += " in " + pattern.directory;
  const PatternActivity* activity = find_activity(view.info, pattern);
  const bool all_told = activity != nullptr && told_share(view) == 1.0 && activity->counts_over == 0;
  if (view.tally.removed == 0U || (all_told && activity->removed == 0))
    text += ", none removed";
  else if (all_told)
    text += fmt::format(", {} removed", count_in_words(static_cast<double>(activity->removed)));
  const std::string creator = activity == nullptr ? std::string() : main_creator(*activity);
  if (const auto arrivals = arrivals_of(view))
    text += fmt::format(", {}{}", rate_in_words(*arrivals), creator.empty() ? "" : " by " + creator);
  else if (!creator.empty())
    text += ", made by " + creator;
  return text;
}

std::optional<HeldFiles> held_by_gone_creators(const SuperblockView& view) {
  if (view.info.survey == nullptr) return std::nullopt;
  std::optional<HeldFiles> held;
  for (const FilePattern& files : view.info.survey->patterns) {
    const PatternActivity* activity = find_activity(view.info, files);
    if (activity == nullptr || !all_creators_known(files, *activity)) continue;
    if (!held) held.emplace();
    if (!all_have_ended(*activity)) continue;
    held->files += files.files;
    held->bytes += files.allocated_bytes;
  }
  return held;
}

}  // namespace tmpfstrace
