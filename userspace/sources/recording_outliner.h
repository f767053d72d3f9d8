// SPDX-License-Identifier: Apache-2.0
// Finds out what a recording holds without decoding it, a slice at a time: a long one is played meanwhile.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "model/result.h"
#include "sources/line_reader.h"
#include "sources/outline_builder.h"

namespace tmpfstrace {

class RecordingOutliner {
 public:
  static Result<RecordingOutliner> open(const std::string& path);

  // Goes on until the end of what is sound, or until `pause` says so (asked after each line). False: there is more.
  bool read(const std::function<bool()>& pause);

  const RecordingOutline& outline() const { return builder_.outline(); }  // of what was read
  double progress() const { return lines_.progress(); }

 private:
  explicit RecordingOutliner(LineReader lines) : lines_(std::move(lines)) {}

  LineReader lines_;
  OutlineBuilder builder_;
};

}  // namespace tmpfstrace
