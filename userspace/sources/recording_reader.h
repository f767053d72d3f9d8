// SPDX-License-Identifier: Apache-2.0
// Samples and the events before them, as far as a recording is sound; damage() then says where it broke.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/result.h"
#include "model/sample.h"
#include "sources/line_reader.h"

namespace tmpfstrace {

class RecordingReader {
 public:
  // The last step of a recording may have events alone; without a sample nothing follows.
  struct Step {
    std::vector<RefusalEvent> events;
    std::optional<Sample> sample;
  };

  // Fails when the file cannot be read or is no recording.
  static Result<RecordingReader> open(const std::string& path);

  Step next();

  // "line 3, byte 162: the last line is cut"; empty while the recording is sound.
  const std::string& damage() const { return damage_; }

  // Only such a file can be read twice.
  bool is_regular_file() const { return lines_.is_regular_file(); }

 private:
  explicit RecordingReader(LineReader lines) : lines_(std::move(lines)) {}

  void read_header();
  void break_off(const std::string& reason);

  LineReader lines_;
  std::string damage_;
};

}  // namespace tmpfstrace
