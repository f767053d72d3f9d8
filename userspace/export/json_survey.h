// SPDX-License-Identifier: Apache-2.0
// The object "survey" of a superblock: what files lie on it.
#pragma once

#include "model/file_survey.h"
#include "model/json_writer.h"

namespace tmpfstrace {

// With its key; null when it was not surveyed.
void write_survey(JsonWriter& json, const SurveyRef& survey);

}  // namespace tmpfstrace
