// SPDX-License-Identifier: Apache-2.0
// The web configuration with the certificates that it names, read in the agent's process, which may read them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/result.h"
#include "web/web_config.h"

namespace tmpfstrace {

// A file as it was when it was read.
struct FileStamp {
  std::string path;
  std::uint64_t device = 0, inode = 0, size = 0;  // all 0: it was not there
  std::int64_t changed_ns = 0;
  bool operator==(const FileStamp&) const = default;
};

struct LoadedWebConfig {
  WebConfig config;
  std::vector<FileStamp> files;  // of the configuration and of all that it names
};

// `path` empty: the defaults. On an error `stamps` holds the files that were looked at, so that a mended one is
// noticed.
Result<LoadedWebConfig> load_web_config(const std::string& path, std::vector<FileStamp>& stamps);

// Is any of them another file, or another content by its time and size? One stat(2) each.
bool have_changed(const std::vector<FileStamp>& files);

}  // namespace tmpfstrace
