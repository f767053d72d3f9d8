// SPDX-License-Identifier: Apache-2.0
#include "sources/surveys.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "model/counters.h"
#include "model/ratio.h"

namespace tmpfstrace {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kUrgentWait = 10 * kSecond;
constexpr std::uint64_t kOtherWait = 60 * kSecond;
constexpr std::uint64_t kUnlinkedWait = 60 * kSecond;
constexpr std::uint64_t kEntriesPerSecond = 2'000;
constexpr std::int64_t kMostCredit = 20'000;
constexpr std::int64_t kEntriesPerWalk = 100;  // what it takes to reach a mount, as entries

bool can_be_entered(const Superblock& superblock) {
  if (superblock.dead || superblock.kind == "internal") return false;
  return std::any_of(superblock.mounts.begin(), superblock.mounts.end(),
                     [](const Mount& mount) { return mount.pid != 0; });
}

// Of what takes pages, long symbolic links have a name and are no regular files, but those are few.
bool holds_unnamed(const Superblock& superblock, const FileSurvey& survey) {
  if (!survey.complete || !superblock.used_bytes) return false;
  const std::uint64_t least = std::max<std::uint64_t>(1U << 20, *superblock.used_bytes / 20);
  return *superblock.used_bytes >= least && survey.allocated_bytes <= *superblock.used_bytes - least;
}

}  // namespace

Surveys::Surveys(Walk walk, FindUnlinked find_unlinked)
    : walk_(std::move(walk)), find_unlinked_(std::move(find_unlinked)), credit_(kMostCredit) {}

void Surveys::refresh(std::vector<Superblock>& superblocks, std::uint64_t monotonic_ns,
                      const std::set<SuperblockId>& refused) {
  earn(monotonic_ns);
  const std::vector<Listed> listed = list(superblocks, monotonic_ns);
  for (const SuperblockId& id : refused)
    if (const auto known = book_.find(id); known != book_.end()) known->second.wanted = true;
  for (const Listed& next : due(listed, monotonic_ns)) {
    if (credit_ <= 0) break;
    survey(next, monotonic_ns);
  }
  look_for_unlinked(listed, monotonic_ns);
  for (const Listed& known : listed) known.superblock->survey = known.entry->survey;
}

void Surveys::earn(std::uint64_t monotonic_ns) {
  if (last_ns_ && monotonic_ns > *last_ns_) {
    const std::uint64_t earned = (monotonic_ns - *last_ns_) / (kSecond / kEntriesPerSecond);
    credit_ = std::min(kMostCredit, credit_ + static_cast<std::int64_t>(std::min<std::uint64_t>(earned, 1U << 30)));
  }
  last_ns_ = monotonic_ns;
}

// Those that have an entry. What is not there any more is forgotten.
std::vector<Surveys::Listed> Surveys::list(std::vector<Superblock>& superblocks, std::uint64_t monotonic_ns) {
  ++round_;
  std::vector<Listed> listed;
  listed.reserve(superblocks.size());
  for (Superblock& superblock : superblocks) {
    Entry* entry = find_entry(superblock, monotonic_ns);
    if (entry == nullptr) continue;
    entry->round = round_;
    listed.push_back({.superblock = &superblock, .entry = entry, .fill = fill_of(superblock)});
  }
  if (listed.size() != book_.size())
    std::erase_if(book_, [&](const auto& item) { return item.second.round != round_; });
  return listed;
}

Surveys::Entry* Surveys::find_entry(const Superblock& superblock, std::uint64_t monotonic_ns) {
  const SuperblockId& id = superblock.id;
  if (const auto known = book_.find(id); known != book_.end()) return &known->second;
  // It had no event until now, and therefore no generation. A dead one is another, which bore the device number before;
  // the entry stays where it is all the same, as it may be listed already.
  if (auto unnamed = superblock.dead ? Book::node_type() : book_.extract({id.major, id.minor, 0}); !unnamed.empty()) {
    unnamed.key() = id;
    return &book_.insert(std::move(unnamed)).position->second;
  }
  if (!can_be_entered(superblock)) return nullptr;
  Entry& entry = book_[id];
  entry.since_ns = monotonic_ns;
  return &entry;
}

// Those that cannot wait, and one more.
std::vector<Surveys::Listed> Surveys::due(const std::vector<Listed>& listed, std::uint64_t monotonic_ns) {
  const auto before = [](const Listed& left, const Listed& right) {
    return std::make_tuple(-left.overdue, -left.urgency, -left.fill, left.superblock->id) <
           std::make_tuple(-right.overdue, -right.urgency, -right.fill, right.superblock->id);
  };
  std::vector<Listed> due;
  std::optional<Listed> other;
  for (Listed one : listed) {
    one.urgency = one.entry->wanted ? 2 : one.fill > 0.8 ? 1 : 0;
    const std::uint64_t wait = one.urgency != 0 ? kUrgentWait : kOtherWait;
    // What has become worse since the last try does not wait: that was of another picture.
    const bool waits = one.entry->tried && one.urgency <= one.entry->urgency;
    const std::uint64_t due_ns = one.entry->since_ns + (waits ? wait : 0);
    if (monotonic_ns < due_ns || !can_be_entered(*one.superblock)) continue;
    one.overdue = static_cast<double>(monotonic_ns - due_ns) / static_cast<double>(wait);
    if (one.urgency != 0)
      due.push_back(one);
    else if (!other || before(one, *other))
      other = one;
  }
  if (other) due.push_back(*other);
  std::sort(due.begin(), due.end(), before);
  return due;
}

void Surveys::survey(const Listed& one, std::uint64_t monotonic_ns) {
  const Superblock& superblock = *one.superblock;
  Entry& entry = *one.entry;
  entry.since_ns = monotonic_ns;
  entry.urgency = one.urgency;
  entry.tried = true;
  entry.wanted = false;
  auto found = walk_(superblock);
  credit_ -= kEntriesPerWalk;
  if (!found) return;  // what it found before stays, and says when that was
  credit_ -= static_cast<std::int64_t>(found->entries);
  found->monotonic_ns = monotonic_ns;
  if (entry.survey && holds_unnamed(superblock, *found)) {  // as of the last look
    found->unlinked_files = entry.survey->unlinked_files;
    found->unlinked_bytes = entry.survey->unlinked_bytes;
  }
  entry.survey = std::make_shared<const FileSurvey>(std::move(*found));
}

void Surveys::look_for_unlinked(const std::vector<Listed>& listed, std::uint64_t monotonic_ns) {
  if (unlinked_ns_ && monotonic_ns < *unlinked_ns_ + kUnlinkedWait) return;
  std::vector<Listed> suspects;
  std::vector<Superblock> superblocks;
  for (const Listed& one : listed) {
    if (!one.entry->survey || !holds_unnamed(*one.superblock, *one.entry->survey)) continue;
    if (!can_be_entered(*one.superblock)) continue;
    suspects.push_back(one);
    superblocks.push_back(*one.superblock);
  }
  if (suspects.empty()) return;
  unlinked_ns_ = monotonic_ns;
  const auto found = find_unlinked_(superblocks);
  if (!found) return;
  for (const Listed& suspect : suspects) {
    const auto files = found->find({suspect.superblock->id.major, suspect.superblock->id.minor});
    if (files == found->end()) continue;
    FileSurvey with = *suspect.entry->survey;
    with.unlinked_files = files->second.files;
    with.unlinked_bytes = files->second.bytes;
    suspect.entry->survey = std::make_shared<const FileSurvey>(std::move(with));
  }
}

std::set<SuperblockId> RefusedSince::find(const std::vector<LedgerRow>& rows) {
  std::map<SuperblockId, std::uint64_t> sums;
  for (const LedgerRow& row : rows)
    if (const auto refused = sum_of(row.counters.refusals); refused.value_or(0) != 0) sums[row.superblock] += *refused;
  std::set<SuperblockId> more;
  for (const auto& [id, sum] : sums)
    if (const auto before = sums_.find(id); before == sums_.end() || sum > before->second) more.insert(id);
  sums_ = std::move(sums);
  return more;
}

}  // namespace tmpfstrace
