// SPDX-License-Identifier: Apache-2.0
// What is known of the files of a superblock: "survey", which lie on it; "activity", who makes and removes them.
#pragma once

#include "model/file_survey.h"
#include "model/json_writer.h"
#include "model/snapshot.h"

namespace tmpfstrace {

// With its key; null when it was not surveyed.
void write_survey(JsonWriter& json, const SurveyRef& survey);

// With its key; null when nothing was told of it.
void write_activity(JsonWriter& json, const SuperblockView& view);

}  // namespace tmpfstrace
