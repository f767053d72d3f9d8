// SPDX-License-Identifier: Apache-2.0
#include "host/file_survey_walk.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <unordered_set>
#include <utility>

#include "host/open_files_walk.h"
#include "host/seed_walk.h"
#include "model/pattern_sketch.h"

namespace tmpfstrace {

namespace {

constexpr std::uint64_t kEntriesBetweenStops = 256;
constexpr std::uint64_t kPage = 4096;

void add_to(std::uint64_t& sum, std::uint64_t amount) { sum += std::min(amount, UINT64_MAX - sum); }

class Surveyor {
 public:
  explicit Surveyor(const SurveyBounds& bounds) : bounds_(bounds) {}

  bool visit(const InodeVisit& visit) {
    if (visit.place().name.empty()) return true;  // the root
    if (survey_.entries >= bounds_.entries) return false;
    if (survey_.entries % kEntriesBetweenStops == 0 && bounds_.stop && bounds_.stop()) return false;
    ++survey_.entries;
    if (S_ISREG(visit.facts().mode) && is_new(visit.facts())) add(visit);
    return true;
  }

  FileSurvey take() {
    survey_.patterns = sketch_.patterns(bounds_.patterns);
    return std::move(survey_);
  }

 private:
  // Bounded by the entries.
  bool is_new(const InodeFacts& facts) { return facts.links < 2 || linked_.insert(facts.inode).second; }

  void add(const InodeVisit& visit) {
    const InodeFacts& facts = visit.facts();
    const FileFacts file{facts.allocated_bytes, facts.size_bytes, facts.born_ns.value_or(facts.changed_ns)};
    sketch_.add(visit.place().directory, visit.place().name, file);
    ++survey_.files;
    // A size below 2^63 can be rounded up.
    const std::uint64_t whole = (file.size_bytes + kPage - 1) / kPage * kPage;
    add_to(survey_.promised_bytes, whole - std::min(whole, file.allocated_bytes));
    add_to(survey_.allocated_bytes, file.allocated_bytes);
    add_to(survey_.size_bytes, file.size_bytes);
  }

  const SurveyBounds& bounds_;
  FileSurvey survey_;
  PatternSketch sketch_;
  std::unordered_set<std::uint64_t> linked_;  // inodes of several names
};

bool is_complete(const WalkCounts& counts) {
  const bool harmless =
      std::all_of(counts.errors.begin(), counts.errors.end(), [](const auto& error) { return error.first == ENOENT; });
  return harmless && !counts.stopped && counts.mounts_not_crossed == 0 && counts.directories_skipped == 0 &&
         counts.partly_reachable.empty();
}

}  // namespace

std::optional<FileSurvey> survey_files(const HostPaths& paths, const Superblock& superblock,
                                       const SurveyBounds& bounds) {
  Surveyor surveyor(bounds);
  WalkCounts counts;
  walk_superblocks(
      paths, {superblock}, [&](const InodeVisit& visit) { return surveyor.visit(visit); }, counts);
  if (counts.visited == 0) return std::nullopt;
  FileSurvey survey = surveyor.take();
  survey.complete = is_complete(counts);
  return survey;
}

std::optional<UnlinkedByDevice> find_unlinked_files(const HostPaths& paths, const std::vector<Superblock>& superblocks,
                                                    const std::function<bool()>& stop) {
  UnlinkedByDevice found;
  for (const Superblock& superblock : superblocks) found[{superblock.id.major, superblock.id.minor}] = {};
  WalkCounts counts;
  const auto visitor = [&](const InodeVisit& visit) {
    const auto device = found.find({visit.major(), visit.minor()});
    if (device == found.end() || !S_ISREG(visit.facts().mode) || visit.facts().links != 0) return true;
    ++device->second.files;
    device->second.bytes += visit.facts().allocated_bytes;
    return true;
  };
  walk_open_files(paths, superblocks, {}, visitor, counts, stop);
  if (counts.stopped || counts.processes == 0) return std::nullopt;
  return found;
}

}  // namespace tmpfstrace
