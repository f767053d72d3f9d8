// SPDX-License-Identifier: Apache-2.0
// The files that lie on a superblock (FilePattern) joined with those that were told to be made and removed there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/snapshot.h"

namespace tmpfstrace {

// Of the same directory and pattern; owned by the superblock. Null: nothing was told of them.
const PatternActivity* find_activity(const Superblock& superblock, const FilePattern& pattern);

// How many of the regular files that were made there since the start were told, 0 to 1; 1: the counts are exact.
// Absent: nothing was told, or the ledger does not know how many there were.
std::optional<double> told_share(const SuperblockView& view);

// "gunicorn", "outpost (python3.11)": who made most of them, with the executable where the thread's name does not tell.
// Empty: not known.
std::string main_creator(const PatternActivity& activity);

// "; 16,384 session_* files, none removed, 18 a minute by gunicorn": of the pattern that holds most. Empty: not known.
std::string files_in_words(const SuperblockView& view);

// Files that nobody made who still runs: of the patterns whose creators are all known and have all ended. Absent: that
// is known of no pattern.
std::optional<HeldFiles> held_by_gone_creators(const SuperblockView& view);

}  // namespace tmpfstrace
