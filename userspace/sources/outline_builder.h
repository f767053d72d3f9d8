// SPDX-License-Identifier: Apache-2.0
// The outline of a recording from its lines, none of which is decoded.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "model/id_hash.h"
#include "model/playback.h"
#include "model/sample.h"

namespace tmpfstrace {

class JsonScan;

class OutlineBuilder {
 public:
  // A line after the header. False: it is no sample and no event, or broken where it was looked at.
  bool add_line(std::string_view line);

  const RecordingOutline& outline() const { return outline_; }

 private:
  struct Limits {
    std::optional<std::uint64_t> size_bytes, inodes_total;
    bool known = false;
    std::uint64_t seen = 0;  // in that sample last
    bool operator==(const Limits&) const = default;
  };

  bool add_sample(JsonScan& scan);
  void add_superblock(JsonScan& scan, OutlinedSample& sample);
  void add_ledger_row(JsonScan& scan, OutlinedSample& sample);

  RecordingOutline outline_;
  std::uint64_t events_ = 0;  // since the last sample
  std::unordered_map<SuperblockId, Limits, IdHash> limits_;
};

}  // namespace tmpfstrace
