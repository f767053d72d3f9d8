// SPDX-License-Identifier: Apache-2.0
#include "model/pattern_sketch.h"

#include <algorithm>
#include <tuple>

#include "model/name_pattern.h"
#include "model/pattern_key.h"
#include "model/ratio.h"

namespace tmpfstrace {
namespace {

constexpr std::uint64_t kPage = 4096;  // a unit of weight, whatever the machine's pages are

void add_to(std::uint64_t& sum, std::uint64_t amount) { sum += std::min(amount, UINT64_MAX - sum); }

void add_time(FilePattern& figures, std::uint64_t time_ns) {
  figures.oldest_ns = std::min(figures.oldest_ns.value_or(time_ns), time_ns);
  figures.newest_ns = std::max(figures.newest_ns.value_or(time_ns), time_ns);
}

}  // namespace

PatternSketch::PatternSketch(std::size_t entries) : most_(std::max<std::size_t>(entries, 1)) {}

void PatternSketch::add(std::string_view directory, std::string_view name, const FileFacts& facts) {
  if (folded_.empty() || directory != last_directory_) {
    last_directory_ = directory;
    directory_ = cut_directory(directory);
    folded_ = fold_path(directory_);
    folded_ += '\0';
  }
  key_.assign(folded_).append(fold_name(name));
  const std::uint64_t weight = 1 + facts.allocated_bytes / kPage;
  add_to(weight_, weight);
  add_to(bytes_, facts.allocated_bytes);
  ++files_;

  Entry& entry = at_current_key(weight);
  FilePattern& figures = entry.figures;
  if (figures.files == figures.counts_over) {  // none yet
    entry.directory = directory_;
    entry.name = name;
  }
  entry.one_directory = entry.one_directory && entry.directory == directory_;
  ++figures.files;
  add_to(entry.weight, weight);
  if (facts.size_bytes == 0) ++figures.empty_files;
  add_to(figures.allocated_bytes, facts.allocated_bytes);
  add_to(figures.size_bytes, facts.size_bytes);
  if (facts.time_ns) add_time(figures, *facts.time_ns);
}

PatternSketch::Entry& PatternSketch::at_current_key(std::uint64_t weight) {
  if (const auto found = entries_by_key_.find(key_); found != entries_by_key_.end()) {
    add_to(weights_[found->second], weight);
    return entries_[found->second];
  }
  if (entries_.size() < most_) {
    entries_.emplace_back();
    weights_.push_back(0);
    return take_place(entries_.size() - 1, weight);
  }
  const auto lightest = std::min_element(weights_.begin(), weights_.end());
  const auto index = static_cast<std::size_t>(lightest - weights_.begin());
  // A pattern that comes back may have been the largest of all that were dropped.
  most_dropped_ = std::max(most_dropped_, entries_[index].figures.files);
  entries_by_key_.erase(*entries_[index].key);
  entries_[index] = {};
  return take_place(index, weight);
}

PatternSketch::Entry& PatternSketch::take_place(std::size_t index, std::uint64_t weight) {
  add_to(weights_[index], weight);
  Entry& entry = entries_[index];
  entry.key = &entries_by_key_.emplace(key_, index).first->first;
  entry.figures.key = hash_of_key(key_);
  entry.figures.files = entry.figures.counts_over = most_dropped_;
  return entry;
}

std::vector<FilePattern> PatternSketch::patterns(std::size_t most) const {
  std::vector<FilePattern> patterns;
  patterns.reserve(entries_.size());
  for (const Entry& entry : entries_) {
    if (!is_certain(entry)) continue;
    FilePattern& pattern = patterns.emplace_back(entry.figures);
    const std::size_t nul = entry.key->find('\0');
    const bool like_no_other = pattern.files == 1;
    pattern.directory = entry.one_directory ? literal_glob(entry.directory) : entry.key->substr(0, nul);
    pattern.pattern = like_no_other ? literal_glob(entry.name) : entry.key->substr(nul + 1);
  }
  const auto holds = [&](const FilePattern& pattern) {
    return std::max(ratio_of(pattern.allocated_bytes, bytes_).value_or(0),
                    ratio_of(pattern.files - pattern.counts_over, files_).value_or(0));
  };
  std::sort(patterns.begin(), patterns.end(), [&](const FilePattern& left, const FilePattern& right) {
    if (const double l = holds(left), r = holds(right); l != r) return l > r;
    return std::tie(left.directory, left.pattern) < std::tie(right.directory, right.pattern);
  });
  if (patterns.size() > most) patterns.resize(most);
  return patterns;
}

}  // namespace tmpfstrace
