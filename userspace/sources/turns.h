// SPDX-License-Identifier: Apache-2.0
// Which of many objects a sample asks the host about, and what it said of the others when it was asked last. A system
// call for each of thousands of objects would be most of a sample's cost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "model/id_hash.h"
#include "model/sample.h"

namespace tmpfstrace {

struct Turn {
  bool is_new = true;  // never asked about
  bool moved = false;  // its counters differ from those when it was asked about
  std::uint64_t asked_ns = 0;
};

// True for those whose turn it is: all new ones, and `most` of the others. Three quarters of these at most are ones
// that moved, the others were asked about longest ago: so that each has its turn.
std::vector<bool> pick_turns(const std::vector<Turn>& turns, std::size_t most);

// Changes when anything of these counters does; that a change of the one falling count (xattr_bytes) undoes another is
// put up with, as the object has its turn all the same.
std::uint64_t activity_of(const Counters& counters);

template <typename Id>
using Activities = std::unordered_map<Id, std::uint64_t, IdHash>;

// What the host last said of each object.
template <typename Id, typename Figures>
class TurnBook {
 public:
  struct Entry {
    Figures figures;
    std::uint64_t asked_ns = 0;
    std::uint64_t activity = 0;
    std::uint64_t round = 0;  // in which it was there last
  };

  explicit TurnBook(std::size_t most) : most_(most) {}

  std::vector<bool> pick(const std::vector<Id>& ids, const Activities<Id>& activities) const {
    std::vector<Turn> turns;
    turns.reserve(ids.size());
    for (const Id& id : ids) {
      const Entry* known = find(id);
      if (known == nullptr)
        turns.push_back({});
      else
        turns.push_back({false, activity(activities, id) != known->activity, known->asked_ns});
    }
    return pick_turns(turns, most_);
  }

  const Entry* find(const Id& id) const {
    const auto found = entries_.find(id);
    return found == entries_.end() ? nullptr : &found->second;
  }

  // The entry of an object that is there in this round.
  Entry& at(const Id& id) {
    Entry& entry = entries_[id];
    if (entry.round != round_) ++there_;
    entry.round = round_;
    return entry;
  }

  // Ends a round: forgets what was not there.
  void forget_others() {
    if (there_ != entries_.size())
      std::erase_if(entries_, [&](const auto& item) { return item.second.round != round_; });
    ++round_;
    there_ = 0;
  }

  static std::uint64_t activity(const Activities<Id>& activities, const Id& id) {
    const auto found = activities.find(id);
    return found == activities.end() ? 0 : found->second;
  }

 private:
  std::size_t most_;
  std::uint64_t round_ = 1;
  std::size_t there_ = 0;
  std::unordered_map<Id, Entry, IdHash> entries_;
};

}  // namespace tmpfstrace
