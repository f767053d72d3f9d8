// SPDX-License-Identifier: Apache-2.0
// What a run of the tool leaves beside its pinned programs, for the next one to know what it finds. Pure.
//
// The note is the last that is pinned and the first that is removed: where there is none, the start was not finished.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bpf/hook_report.h"
#include "model/result.h"
#include "model/table_sizes.h"

namespace tmpfstrace {

struct PinNote {
  std::uint32_t layout = 0;  // TMPFS_LAYOUT_VERSION of the tool that pinned
  std::string version;       // of that tool
  std::string object;        // a hash of the BPF object
  std::string mode;          // as in Mode
  std::string hooks_kind;
  std::string reason;
  std::map<std::string, std::string> settings;  // what the programs were loaded with, by option
  std::uint64_t since_ns = 0;                   // CLOCK_REALTIME when they began to count
  std::vector<HookReport> hooks;
  std::vector<std::string> blind;               // of the programs and of the walk at the start
  std::map<std::string, std::uint64_t> losses;  // of that walk
  std::map<std::string, bool> facts;            // of the kernel and the plan, which are not asked for again
  std::uint64_t pinned = 0;                     // links, programs and maps
  bool fact(const std::string& name) const {
    const auto found = facts.find(name);
    return found != facts.end() && found->second;
  }
};

// One line of JSON, so that every later version can read it and tell what it finds.
std::string encode_pin_note(const PinNote& note);
Result<PinNote> decode_pin_note(std::string_view text);

// What this tool would pin, as far as it is known before anything is started.
struct PinWish {
  std::uint32_t layout = 0;
  std::string version;
  std::map<std::string, std::string> objects;   // hash by mode
  std::map<std::string, std::string> settings;  // those with which the same is counted; the sizes of tables are none
  std::string mode = "auto";                    // as in LiveOptions
  std::string hooks = "auto";
};

struct PinJudgement {
  bool goes_on = false;
  std::string text;  // why it starts anew; or what is to be said of going on: programs of another version. May be empty
};

// Counts go on only where this tool reads what those programs write, and they count what was asked for. Programs of
// another version with the same layout are kept: to replace them while they count would count twice or miss.
PinJudgement judge_pins(const PinNote& pinned, const PinWish& wish);

// Pinned tables keep their sizes: a map cannot be resized, and what is counted is worth more than its room. What is to
// be said of those that are not as wanted; empty: all are. Inodes count where both have them.
std::string describe_other_sizes(const TableSizes& pinned, const TableSizes& wanted);

}  // namespace tmpfstrace
