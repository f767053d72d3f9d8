// SPDX-License-Identifier: Apache-2.0
// One thing that is wrong, in words that are the same on every screen and in every message.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/owner.h"
#include "model/sample.h"

namespace tmpfstrace {

// The worst first.
enum class VerdictKind {
  refused,      // writes or files are refused now
  full,         // nothing is refused, but the next write will be
  kills_first,  // the writers' memory limit is met before the tmpfs is full
  full_soon,    // at this rate
  never_fits,   // the steady state is above the limit
  nearly_full,  // above nine tenths
  leftovers,    // grows, and is held by what has gone
  own_losses,   // what tmpfstrace itself did not count
};

enum class Severity { critical, warning, info };

// "refused", "kills_first"…; "critical"…
const char* verdict_name(VerdictKind kind);
const char* severity_name(Severity severity);

struct Verdict {
  VerdictKind kind = VerdictKind::refused;
  Severity severity = Severity::critical;
  std::optional<SuperblockId> superblock;  // absent: it is about no superblock
  CgroupId cgroup = 0;                     // 0: about no cgroup
  OwnerRef owner;
  std::string mount_point;  // empty: it has none
  std::string limit;        // "blocks", "inodes", "quota", "memcg", "memory"; empty: none
  std::string subject;      // "pod auth/outpost: /dev/shm"
  std::string finding;      // "is full (64 MiB, blocks); 27,600 writes refused since 16:41:07"
  std::string remedy;       // "size 768 MiB and memory limit 1 GiB"; empty: none is known
  // The numbers behind the words, by name; bytes, inodes, seconds or events.
  std::vector<std::pair<std::string, double>> evidence;

  // Subject, finding and remedy: the whole sentence.
  std::string sentence() const;
  // The same for the same thing wrong with the same object, in every sample and after a restart: 16 hexadecimal digits.
  std::string fingerprint() const;
};

}  // namespace tmpfstrace
