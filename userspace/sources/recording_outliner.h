// SPDX-License-Identifier: Apache-2.0
// Finds out what a recording holds without decoding it, a slice at a time: a long one is played meanwhile.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "model/id_hash.h"
#include "model/playback.h"
#include "model/result.h"
#include "model/sample.h"
#include "sources/line_reader.h"

namespace tmpfstrace {

class JsonScan;

class RecordingOutliner {
 public:
  static Result<RecordingOutliner> open(const std::string& path);

  // Goes on until the end of what is sound, or until `pause` says so (asked after each line). False: there is more.
  bool read(const std::function<bool()>& pause);

  const RecordingOutline& outline() const { return outline_; }  // of what was read
  double progress() const;                                      // 0 to 1, of the file

 private:
  struct Limits {
    std::optional<std::uint64_t> size_bytes, inodes_total;
    bool known = false;
    std::uint64_t seen = 0;  // in that sample last
    bool operator==(const Limits&) const = default;
  };

  explicit RecordingOutliner(LineReader lines) : lines_(std::move(lines)) {}

  bool read_line();
  bool add_sample(JsonScan& scan);
  void add_superblock(JsonScan& scan, OutlinedSample& sample);
  void add_ledger_row(JsonScan& scan, OutlinedSample& sample);

  LineReader lines_;
  RecordingOutline outline_;
  std::uint64_t events_ = 0;  // since the last sample
  std::unordered_map<SuperblockId, Limits, IdHash> limits_;
};

}  // namespace tmpfstrace
