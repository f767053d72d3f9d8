// SPDX-License-Identifier: Apache-2.0
// What is told of files that are made and removed, kept by superblock: of those 1,024 of which something was told last.
//
// Times are CLOCK_MONOTONIC nanoseconds and are given by the caller.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "model/activity_sketch.h"
#include "model/id_hash.h"
#include "model/sample.h"

namespace tmpfstrace {

class FileActivities {
 public:
  static constexpr std::size_t kMostSuperblocks = 1024;
  static constexpr std::size_t kPatterns = 16;

  explicit FileActivities(ActivitySketch::IsAlive is_alive) : is_alive_(std::move(is_alive)) {}

  void add(const SuperblockId& superblock, const FileTold& told);

  // Sets Superblock::activity. What is not listed any more is forgotten.
  void refresh(std::vector<Superblock>& superblocks, std::uint64_t monotonic_ns);

  std::size_t remembered() const { return book_.size(); }

 private:
  struct Entry {
    ActivitySketch sketch;
    ActivityRef report;
    std::uint64_t report_ns = 0;
    bool has_news = true;
    std::uint64_t round = 0;  // in which it was listed last
  };

  void forget_oldest();

  ActivitySketch::IsAlive is_alive_;
  std::unordered_map<SuperblockId, Entry, IdHash> book_;
  std::uint64_t round_ = 0;
};

}  // namespace tmpfstrace
