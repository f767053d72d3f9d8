// SPDX-License-Identifier: Apache-2.0
#include "export/json_survey.h"

#include "export/json_parts.h"
#include "model/pattern_activity.h"
#include "model/time_text.h"

namespace tmpfstrace {
namespace {

void write_time(JsonWriter& json, const char* name, const std::optional<std::uint64_t>& realtime_ns) {
  json.field(std::string_view(name), realtime_ns ? std::optional(format_utc(*realtime_ns)) : std::nullopt);
}

void write_pattern(JsonWriter& json, const FilePattern& pattern) {
  json.begin_object();
  json.field("directory", pattern.directory);
  json.field("pattern", pattern.pattern);
  json.field("files", pattern.files);
  json.field("empty_files", pattern.empty_files);
  json.field("allocated_bytes", pattern.allocated_bytes);
  json.field("size_bytes", pattern.size_bytes);
  write_time(json, "oldest", pattern.oldest_ns);
  json.field("oldest_ns", pattern.oldest_ns);
  write_time(json, "newest", pattern.newest_ns);
  json.field("newest_ns", pattern.newest_ns);
  json.field("counts_over", pattern.counts_over);
  json.end_object();
}

void write_creator(JsonWriter& json, const FileCreator& creator) {
  json.begin_object();
  json.field("cgroup", creator.cgroup);
  json.field("comm", creator.comm);
  json.field("executable", if_known(creator.executable));
  json.field("pid", creator.tgid);
  json.field("created", creator.created);
  json.field("lives", creator.lives);
  json.end_object();
}

void write_pattern_activity(JsonWriter& json, const PatternActivity& pattern) {
  json.begin_object();
  json.field("directory", pattern.directory);
  json.field("pattern", pattern.pattern);
  json.field("created", pattern.created);
  json.field("removed", pattern.removed);
  json.field("created_recently", pattern.created_recently);
  json.field("removed_recently", pattern.removed_recently);
  json.field("counts_over", pattern.counts_over);
  json.key("creators");
  json.begin_array();
  for (const FileCreator& creator : pattern.creators) write_creator(json, creator);
  json.end_array();
  json.field("created_by_others", pattern.created_by_others);
  json.end_object();
}

}  // namespace

void write_activity(JsonWriter& json, const SuperblockView& view) {
  json.key("activity");
  const ActivityRef& activity = view.info.activity;
  if (activity == nullptr) {
    json.null();
    return;
  }
  json.begin_object();
  json.field("created", activity->created);
  json.field("removed", activity->removed);
  json.field("told_share", told_share(view));
  json.field("recent_seconds", static_cast<double>(activity->recent_ns) / 1e9);
  json.key("patterns");
  json.begin_array();
  for (const PatternActivity& pattern : activity->patterns) write_pattern_activity(json, pattern);
  json.end_array();
  json.end_object();
}

void write_survey(JsonWriter& json, const SurveyRef& survey) {
  json.key("survey");
  if (survey == nullptr) {
    json.null();
    return;
  }
  json.begin_object();
  json.field("monotonic_ns", survey->monotonic_ns);
  json.field("complete", survey->complete);
  json.field("entries", survey->entries);
  json.field("files", survey->files);
  json.field("allocated_bytes", survey->allocated_bytes);
  json.field("size_bytes", survey->size_bytes);
  json.field("promised_bytes", survey->promised_bytes);
  json.field("unlinked_files", survey->unlinked_files);
  json.field("unlinked_bytes", survey->unlinked_bytes);
  json.key("patterns");
  json.begin_array();
  for (const FilePattern& pattern : survey->patterns) write_pattern(json, pattern);
  json.end_array();
  json.end_object();
}

}  // namespace tmpfstrace
