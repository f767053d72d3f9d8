// SPDX-License-Identifier: Apache-2.0
#include "sources/surveys.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "model/counters.h"

namespace tmpfstrace {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kUrgentWait = 10 * kSecond;
constexpr std::uint64_t kOtherWait = 60 * kSecond;
constexpr std::uint64_t kUnlinkedWait = 60 * kSecond;
constexpr std::uint64_t kEntriesPerSecond = 2'000;
constexpr std::int64_t kMostCredit = 20'000;
constexpr std::int64_t kEntriesPerWalk = 100;  // what it takes to reach a mount, as entries

double share(const std::optional<std::uint64_t>& part, const std::optional<std::uint64_t>& whole) {
  return part && whole && *whole != 0 ? static_cast<double>(*part) / static_cast<double>(*whole) : 0;
}

double fill(const Superblock& superblock) {
  return std::max(share(superblock.used_bytes, superblock.size_bytes),
                  share(superblock.inodes_used, superblock.inodes_total));
}

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
  if (last_ns_ && monotonic_ns > *last_ns_) {
    const std::uint64_t earned = (monotonic_ns - *last_ns_) / (kSecond / kEntriesPerSecond);
    credit_ = std::min(kMostCredit, credit_ + static_cast<std::int64_t>(std::min<std::uint64_t>(earned, 1U << 30)));
  }
  last_ns_ = monotonic_ns;
  forget_others(superblocks);
  for (const SuperblockId& id : refused)
    if (const auto known = book_.find(id); known != book_.end()) known->second.wanted = true;

  for (const Superblock* superblock : due(superblocks, monotonic_ns)) {
    if (credit_ <= 0) break;
    survey(*superblock, monotonic_ns);
  }
  look_for_unlinked(superblocks, monotonic_ns);
  for (Superblock& superblock : superblocks)
    if (const auto known = book_.find(superblock.id); known != book_.end()) superblock.survey = known->second.survey;
}

void Surveys::forget_others(const std::vector<Superblock>& superblocks) {
  std::map<SuperblockId, Entry> there;
  for (const Superblock& superblock : superblocks) {
    const SuperblockId& id = superblock.id;
    auto known = book_.find(id);
    // It had no event until now, and therefore no generation.
    if (known == book_.end()) known = book_.find({id.major, id.minor, 0});
    if (known != book_.end())
      there[id] = std::move(known->second);
    else if (can_be_entered(superblock))
      there[id] = {};
  }
  book_ = std::move(there);
}

bool Surveys::is_urgent(const Superblock& superblock) const {
  return book_.at(superblock.id).wanted || fill(superblock) > 0.8;
}

// Those that cannot wait, and one more. First those that were never tried, the fullest of them first.
std::vector<const Superblock*> Surveys::due(const std::vector<Superblock>& superblocks, std::uint64_t monotonic_ns) {
  std::vector<const Superblock*> urgent, others;
  for (const Superblock& superblock : superblocks) {
    if (!can_be_entered(superblock)) continue;
    const bool now = is_urgent(superblock);
    const auto& tried_ns = book_.at(superblock.id).tried_ns;
    if (!tried_ns || monotonic_ns >= *tried_ns + (now ? kUrgentWait : kOtherWait))
      (now ? urgent : others).push_back(&superblock);
  }
  const auto longest_first = [&](const Superblock* left, const Superblock* right) {
    return std::make_tuple(book_.at(left->id).tried_ns, -fill(*left), left->id) <
           std::make_tuple(book_.at(right->id).tried_ns, -fill(*right), right->id);
  };
  std::sort(urgent.begin(), urgent.end(), longest_first);
  if (const auto first = std::min_element(others.begin(), others.end(), longest_first); first != others.end())
    urgent.push_back(*first);
  return urgent;
}

void Surveys::survey(const Superblock& superblock, std::uint64_t monotonic_ns) {
  Entry& entry = book_.at(superblock.id);
  entry.tried_ns = monotonic_ns;
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

void Surveys::look_for_unlinked(const std::vector<Superblock>& superblocks, std::uint64_t monotonic_ns) {
  if (unlinked_ns_ && monotonic_ns < *unlinked_ns_ + kUnlinkedWait) return;
  std::vector<Superblock> suspects;
  for (const Superblock& superblock : superblocks) {
    const auto known = book_.find(superblock.id);
    const bool surveyed = known != book_.end() && known->second.survey && can_be_entered(superblock);
    if (surveyed && holds_unnamed(superblock, *known->second.survey)) suspects.push_back(superblock);
  }
  if (suspects.empty()) return;
  unlinked_ns_ = monotonic_ns;
  const auto found = find_unlinked_(suspects);
  if (!found) return;
  for (const Superblock& superblock : suspects) {
    const auto files = found->find({superblock.id.major, superblock.id.minor});
    if (files == found->end()) continue;
    Entry& entry = book_.at(superblock.id);
    FileSurvey with = *entry.survey;
    with.unlinked_files = files->second.files;
    with.unlinked_bytes = files->second.bytes;
    entry.survey = std::make_shared<const FileSurvey>(std::move(with));
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
