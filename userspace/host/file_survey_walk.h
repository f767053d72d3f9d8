// SPDX-License-Identifier: Apache-2.0
// What files lie on a superblock: one bounded run over its tree (TreeWalk: nothing is followed, crossed or opened but
// directories), which leaves no descriptor behind that would make umount fail. And what processes hold of files that
// have no name any more, which takes a look at every process.
//
// There is no clock here: `stop` is asked now and then and ends a run that takes too long. It may be empty.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "host/host_paths.h"
#include "model/file_survey.h"
#include "model/sample.h"

namespace tmpfstrace {

struct SurveyBounds {
  std::uint64_t entries = 50'000;
  std::size_t patterns = 16;
  std::function<bool()> stop = {};
};

// Absent: none of its mounts could be entered. monotonic_ns and what is unlinked are left to the caller.
//
// A run that was ended early or missed something (a part that is not mounted or lies below another mount, a directory
// moved or not to be read) is not complete. A file with several names is one file, under the name met first.
std::optional<FileSurvey> survey_files(const HostPaths& paths, const Superblock& superblock,
                                       const SurveyBounds& bounds);

struct UnlinkedFiles {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;  // allocated
};

// Of the superblocks that were given, by major and minor. Absent: the walk could not be done, or was stopped. Processes
// that may not be looked at are passed over: what they hold is not in it.
using UnlinkedByDevice = std::map<std::pair<std::uint32_t, std::uint32_t>, UnlinkedFiles>;
std::optional<UnlinkedByDevice> find_unlinked_files(const HostPaths& paths, const std::vector<Superblock>& superblocks,
                                                    const std::function<bool()>& stop);

}  // namespace tmpfstrace
