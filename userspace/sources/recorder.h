// SPDX-License-Identifier: Apache-2.0
// Writes a recording. A file name that ends in ".zst" is compressed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "host/unique_fd.h"
#include "model/result.h"
#include "model/sample.h"
#include "sources/recording_format.h"
#include "sources/zstd_stream.h"

namespace tmpfstrace {

class Recorder {
 public:
  // Replaces a file of that name, and makes it readable by its owner alone: it holds paths and names of other users'
  // files. Refuses a file of another owner and a symbolic link to a file.
  static Result<Recorder> create(const std::string& path, const RecordingHeader& header);

  // A sample reaches the file before write() returns, so that a killed recorder loses the current interval and no more.
  // Events are kept back until the next sample.
  Result<void> write(const Sample& sample);
  Result<void> write(const RefusalEvent& event);

  // Ends the compressed frame. Without it a reader reports that the recording was cut.
  Result<void> finish();

 private:
  Recorder(std::string path, UniqueFd file, std::optional<ZstdEncoder> encoder);

  Result<void> add_line(std::string_view line);
  Result<void> flush();
  Result<void> write_pending();

  std::string path_;
  UniqueFd file_;
  std::optional<ZstdEncoder> encoder_;
  std::string pending_;
};

}  // namespace tmpfstrace
