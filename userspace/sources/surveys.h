// SPDX-License-Identifier: Apache-2.0
// Which superblock is surveyed when. With a sample: those at once that were just refused something or are over 80 %
// full, by bytes or by inodes, and then of all others the one that waits longest. Every sample has of each what its
// last survey found.
//
// What it costs is bounded by entries met, as a walk takes some 2 to 7 microseconds for each: 2,000 a second in the
// mean, whatever the host looks like, and with one sample what was saved up in 10 seconds and one walk more.
//
// Times are CLOCK_MONOTONIC nanoseconds and are given by the caller.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "host/file_survey_walk.h"
#include "model/id_hash.h"
#include "model/sample.h"

namespace tmpfstrace {

class Surveys {
 public:
  using Walk = std::function<std::optional<FileSurvey>(const Superblock&)>;
  using FindUnlinked = std::function<std::optional<UnlinkedByDevice>(const std::vector<Superblock>&)>;

  // find_unlinked looks at every process and is asked once a minute at most: while a superblock holds clearly more than
  // the files on it that have a name.
  Surveys(Walk walk, FindUnlinked find_unlinked);

  // Sets Superblock::survey. The superblocks must have their generation and their use. refused: since the last call.
  void refresh(std::vector<Superblock>& superblocks, std::uint64_t monotonic_ns, const std::set<SuperblockId>& refused);

  std::size_t remembered() const { return book_.size(); }

 private:
  struct Entry {
    SurveyRef survey;
    std::uint64_t since_ns = 0;  // of the last try, else when it was first seen
    bool tried = false;
    bool wanted = false;      // refused, and not surveyed since
    int urgency = 0;          // at the last try
    std::uint64_t round = 0;  // in which it was there last
  };
  using Book = std::unordered_map<SuperblockId, Entry, IdHash>;
  struct Listed {
    Superblock* superblock;
    Entry* entry;  // of book_
    double fill = 0;
    int urgency = 0;     // 0: it can wait; 1: it is nearly full; 2: it refuses
    double overdue = 0;  // in parts of the time that it has to wait: who waits for the budget has his turn all the same
  };

  void earn(std::uint64_t monotonic_ns);
  std::vector<Listed> list(std::vector<Superblock>& superblocks, std::uint64_t monotonic_ns);
  Entry* find_entry(const Superblock& superblock, std::uint64_t monotonic_ns);
  static std::vector<Listed> due(const std::vector<Listed>& listed, std::uint64_t monotonic_ns);
  void survey(const Listed& one, std::uint64_t monotonic_ns);
  void look_for_unlinked(const std::vector<Listed>& listed, std::uint64_t monotonic_ns);

  Walk walk_;
  FindUnlinked find_unlinked_;
  Book book_;
  std::uint64_t round_ = 0;
  std::int64_t credit_;  // entries
  std::optional<std::uint64_t> last_ns_;
  std::optional<std::uint64_t> unlinked_ns_;
};

// Superblocks of which more was refused than in the rows before.
class RefusedSince {
 public:
  std::set<SuperblockId> find(const std::vector<LedgerRow>& rows);

 private:
  std::map<SuperblockId, std::uint64_t> sums_;
};

}  // namespace tmpfstrace
