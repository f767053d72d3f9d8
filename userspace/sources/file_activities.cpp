// SPDX-License-Identifier: Apache-2.0
#include "sources/file_activities.h"

#include <algorithm>

namespace tmpfstrace {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kReportAgain = 10 * kSecond;  // whether creators still live, and what "recently" is

}  // namespace

void FileActivities::add(const SuperblockId& superblock, const FileTold& told) {
  if (book_.size() >= kMostSuperblocks && !book_.contains(superblock)) forget_oldest();
  Entry& entry = book_[superblock];
  entry.sketch.add(told);
  entry.has_news = true;
}

void FileActivities::forget_oldest() {
  const auto oldest = std::min_element(book_.begin(), book_.end(), [](const auto& a, const auto& b) {
    return a.second.sketch.last_told_ns() < b.second.sketch.last_told_ns();
  });
  book_.erase(oldest);
}

void FileActivities::refresh(std::vector<Superblock>& superblocks, std::uint64_t monotonic_ns) {
  if (book_.empty()) return;
  ++round_;
  for (Superblock& superblock : superblocks) {
    const auto known = book_.find(superblock.id);
    if (known == book_.end()) continue;
    Entry& entry = known->second;
    entry.round = round_;
    if (entry.has_news || monotonic_ns >= entry.report_ns + kReportAgain) {
      entry.report = std::make_shared<const FileActivity>(entry.sketch.report(kPatterns, monotonic_ns, is_alive_));
      entry.report_ns = monotonic_ns;
      entry.has_news = false;
    }
    superblock.activity = entry.report;
  }
  std::erase_if(book_, [&](const auto& item) { return item.second.round != round_; });
}

}  // namespace tmpfstrace
