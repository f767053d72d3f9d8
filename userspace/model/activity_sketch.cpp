// SPDX-License-Identifier: Apache-2.0
#include "model/activity_sketch.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "model/name_pattern.h"
#include "model/pattern_key.h"

namespace tmpfstrace {
namespace {

constexpr std::uint64_t kWindow = 300'000'000'000;

bool is_same(const FileCreator& creator, const FileTold& told) {
  return creator.cgroup == told.cgroup && creator.comm == told.comm && creator.executable == told.executable;
}

}  // namespace

void ActivitySketch::add(const FileTold& told) {
  turn_windows(told.monotonic_ns);
  last_told_ns_ = std::max(last_told_ns_, told.monotonic_ns);
  std::string directory = cut_directory(told.directory);
  Entry& entry = entry_of(pattern_key(directory, told.name));
  entry.one_directory = entry.one_directory && entry.directory == directory;
  if (entry.figures.created + entry.figures.removed == 0) {
    entry.directory = std::move(directory);
    entry.name = told.name;
    entry.one_directory = true;
  }
  entry.one_name = entry.one_name && entry.name == told.name;
  ++entry.weight;
  ++(told.removed ? removed_ : created_);
  ++(told.removed ? entry.figures.removed : entry.figures.created);
  ++(told.removed ? entry.removed : entry.created).now;
  if (!told.removed) add_creator(entry, told);
}

ActivitySketch::Entry& ActivitySketch::entry_of(std::string key) {
  if (const auto known = by_key_.find(key); known != by_key_.end()) return entries_[known->second];
  std::size_t index = entries_.size();
  Entry fresh;
  if (entries_.size() < most_) {
    entries_.emplace_back();
  } else {
    const auto lightest = std::min_element(entries_.begin(), entries_.end(),
                                           [](const Entry& a, const Entry& b) { return a.weight < b.weight; });
    index = static_cast<std::size_t>(lightest - entries_.begin());
    by_key_.erase(lightest->key);
    fresh.weight = fresh.figures.counts_over = lightest->weight;
  }
  by_key_.emplace(key, index);
  fresh.figures.key = hash_of_key(key);
  fresh.key = std::move(key);
  return entries_[index] = std::move(fresh);
}

void ActivitySketch::add_creator(Entry& entry, const FileTold& told) {
  auto creator = std::find_if(entry.creators.begin(), entry.creators.end(),
                              [&](const Creator& known) { return is_same(known.figures, told); });
  if (creator == entry.creators.end()) {
    if (entry.creators.size() == kCreators) {
      ++entry.figures.created_by_others;
      return;
    }
    creator = entry.creators.emplace(entry.creators.end());
    creator->figures.cgroup = told.cgroup;
    creator->figures.comm = told.comm;
    creator->figures.executable = told.executable;
  }
  ++creator->figures.created;
  creator->figures.tgid = told.tgid;
  // Its own place, else that of the one that was seen longest ago.
  auto place = std::find_if(creator->processes.begin(), creator->processes.end(),
                            [&](const Process& process) { return process.tgid == told.tgid; });
  if (place == creator->processes.end())
    place = std::min_element(creator->processes.begin(), creator->processes.end(),
                             [](const Process& a, const Process& b) { return a.told_ns < b.told_ns; });
  *place = {told.tgid, told.monotonic_ns};
}

void ActivitySketch::turn_windows(std::uint64_t monotonic_ns) {
  if (window_ns_ == 0) window_ns_ = window_before_ns_ = monotonic_ns;
  if (monotonic_ns < window_ns_ + kWindow) return;
  const bool follows = monotonic_ns < window_ns_ + 2 * kWindow;
  for (Entry& entry : entries_) {
    for (Window* window : {&entry.created, &entry.removed})
      *window = {.now = 0, .before = follows ? window->now : 0};
  }
  window_before_ns_ = follows ? window_ns_ : monotonic_ns - kWindow;
  window_ns_ = follows ? window_ns_ + kWindow : monotonic_ns;
}

PatternActivity ActivitySketch::told_of(const Entry& entry, const IsAlive& is_alive) const {
  PatternActivity pattern = entry.figures;
  const std::size_t nul = entry.key.find('\0');
  pattern.directory = entry.one_directory ? literal_glob(entry.directory) : entry.key.substr(0, nul);
  pattern.pattern = entry.one_name ? literal_glob(entry.name) : entry.key.substr(nul + 1);
  pattern.created_recently = entry.created.now + entry.created.before;
  pattern.removed_recently = entry.removed.now + entry.removed.before;
  for (const Creator& creator : entry.creators) {
    FileCreator& figures = pattern.creators.emplace_back(creator.figures);
    for (const Process& process : creator.processes) {
      if (process.tgid == 0 || figures.lives == true) continue;
      if (const auto alive = is_alive(process.tgid, process.told_ns)) figures.lives = *alive;
    }
  }
  std::sort(pattern.creators.begin(), pattern.creators.end(), [](const FileCreator& a, const FileCreator& b) {
    return std::tie(b.created, a.comm, a.executable, a.cgroup) < std::tie(a.created, b.comm, b.executable, b.cgroup);
  });
  return pattern;
}

FileActivity ActivitySketch::report(std::size_t most, std::uint64_t monotonic_ns, const IsAlive& is_alive) {
  turn_windows(monotonic_ns);
  FileActivity report{.created = created_, .removed = removed_, .recent_ns = 0, .patterns = {}};
  report.recent_ns = monotonic_ns - std::min(monotonic_ns, window_before_ns_);
  std::vector<const Entry*> entries;
  entries.reserve(entries_.size());
  for (const Entry& entry : entries_) entries.push_back(&entry);
  std::sort(entries.begin(), entries.end(), [](const Entry* a, const Entry* b) {
    return std::tie(b->weight, a->key) < std::tie(a->weight, b->key);
  });
  if (entries.size() > most) entries.resize(most);
  for (const Entry* entry : entries) report.patterns.push_back(told_of(*entry, is_alive));
  return report;
}

}  // namespace tmpfstrace
