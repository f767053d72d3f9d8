// SPDX-License-Identifier: Apache-2.0
// What is collected: one raw sample of a host at one instant. Serialisable, recorded as it is, derived from by model/.
//
// Absent is never zero: a field that a mode, a kernel or a file system does not tell is an empty optional. Where 0 or
// an empty string can be no value (a pid, an inode number, the size of an operation, a name) that is what is not known.
// All counters are cumulative since the programs were attached, see counting_since_ns; bytes are bytes, inodes are
// inode units of statfs.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/file_activity.h"
#include "model/file_survey.h"
#include "model/owner.h"
#include "model/playback.h"
#include "model/refusal_counts.h"
#include "model/self_cost.h"
#include "model/shared_list.h"
#include "tmpfs_abi.h"

namespace tmpfstrace {

using CgroupId = std::uint64_t;  // kernfs id: the inode number of the cgroup's directory; 0 = cannot be attributed

// Identity of a superblock in one run: its device number and which of the superblocks that bore it in turn.
struct SuperblockId {
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  std::uint64_t generation = 0;  // first_seen_ns of the kernel's row; 0 where no BPF told
  auto operator<=>(const SuperblockId&) const = default;
};

// Rows of the ledger that stand for no cgroup or superblock of their own. Their sums jump when others are added to
// them, so that they have no rates.
constexpr CgroupId kEndedCgroups = ~CgroupId{0};  // what those have left in the books that ended and were forgotten
constexpr SuperblockId kNoSuperblock{};           // the same, and events of superblocks that found no row

// By tmpfs_kind, which are disjoint here (regular excludes O_TMPFILE). A mode may be able to count some of them only.
using KindCounts = std::array<std::optional<std::uint64_t>, TMPFS_KIND_MAX>;

// Cumulative counts of one (cgroup, superblock).
struct Counters {
  // Optional as a group where a mode cannot count it ("syscall" sees no allocation, "poll" nothing at all).
  std::optional<std::uint64_t> allocated_bytes;  // whole pages, what statfs counts
  std::optional<std::uint64_t> freed_bytes;
  std::optional<std::uint64_t> seeded_bytes;  // existed before the start
  std::optional<std::uint64_t> seeded_inodes;
  std::optional<std::uint64_t> written_bytes;  // from return values
  std::optional<std::uint64_t> write_calls;
  std::optional<std::uint64_t> short_writes;
  std::optional<KindCounts> created;
  std::optional<KindCounts> removed;
  std::optional<std::uint64_t> xattr_bytes;  // inode budget taken by extended attributes now (1024 bytes a unit)
  std::optional<RefusalCounts> refusals;
  std::optional<std::array<std::uint64_t, TMPFS_CAUSE_MAX>> events_held;  // details held back by the rate limit
};

// One row of the ledger.
struct LedgerRow {
  CgroupId cgroup = 0;
  SuperblockId superblock;
  Counters counters;
};

// One place where a superblock is mounted, in one mount namespace.
struct Mount {
  std::uint64_t mount_id = 0;
  std::uint64_t mount_namespace = 0;  // inode number of /proc/PID/ns/mnt
  std::int32_t pid = 0;               // a process of that namespace, through whose root the mount is reached; 0: it
                                      // cannot be (another mount covers it, or a remote file system lies before it)
  std::string root;                   // path inside the superblock
  std::string mount_point;            // as that namespace sees it
  std::string options;                // super options
};

struct Superblock {
  SuperblockId id;
  std::string kind;   // "tmpfs", "devtmpfs", "internal" (the kernel's own mount: memfd, SysV, anonymous shared memory)
  bool dead = false;  // its last mount and file are gone
  SharedList<Mount> mounts;
  // From statfs; absent when no mount of it can be reached, or when the superblock has no such limit.
  std::optional<std::uint64_t> size_bytes;
  std::optional<std::uint64_t> used_bytes;
  std::optional<std::uint64_t> inodes_total;
  std::optional<std::uint64_t> inodes_used;
  std::optional<std::uint64_t> usage_age_ns;  // statfs was asked that long before the sample; absent: with it
  // Ledger minus statfs at that time, where both are known and comparable. It should be 0 at rest.
  std::optional<std::int64_t> drift_bytes;
  std::optional<std::int64_t> drift_inodes;
  OwnerRef owner = nullptr;  // null: its mounts do not tell, or an older recording
  SurveyRef survey = nullptr;
  ActivityRef activity = nullptr;
};

// What the memory controller says of a cgroup; descendants are included. Absent: its file is not there (the root has
// none, v1 has no high and keeps swap in another way) or was not read.
struct CgroupMemory {
  std::optional<std::uint64_t> memory_current;
  std::optional<std::uint64_t> memory_max;  // absent: no limit (memory_unlimited) or not known
  bool memory_unlimited = false;
  std::optional<std::uint64_t> memory_high;  // absent: no limit or not known
  std::optional<std::uint64_t> swap_current;
  std::optional<std::uint64_t> swap_max;   // absent: no limit or not known
  std::optional<std::uint64_t> oom_kills;  // processes killed for this limit, or one of a descendant, since it was made
  std::optional<std::uint64_t> shmem_bytes;        // memory.stat
  std::optional<std::uint64_t> reclaimable_bytes;  // page cache of files on disks: given up before anybody is killed
  bool operator==(const CgroupMemory&) const = default;
};

// One that has rows in the ledger, or that such a one lies in.
struct Cgroup : CgroupMemory {
  CgroupId id = 0;
  std::string path;  // "/" for the root; the last component alone, prefixed with "…/", when it died before it was found
  bool dead = false;
  std::optional<std::uint64_t> memory_age_ns;  // the files were read that long before the sample; absent: with it
  OwnerRef owner = nullptr;                    // null: its path does not tell, or an older recording
};

// /proc/meminfo, bytes.
struct NodeMemory {
  std::uint64_t total_bytes = 0;
  std::uint64_t available_bytes = 0;  // an estimate of the kernel's, without swapping
  std::uint64_t swap_free_bytes = 0;
  bool operator==(const NodeMemory&) const = default;
};

struct Mode {
  std::string name;                // "exact", "syscall", "poll"
  std::string hooks;               // "fentry", "kprobe", "raw_tracepoint"; empty: none
  std::string reason;              // why this one and not a better one
  std::vector<std::string> blind;  // what is not counted and therefore absent, one sentence each
};

struct Sample {
  std::uint64_t sequence = 0;
  std::uint64_t realtime_ns = 0;   // CLOCK_REALTIME
  std::uint64_t monotonic_ns = 0;  // CLOCK_MONOTONIC: rates are formed from it
  // CLOCK_REALTIME of when the programs began to count, in an earlier run where they are pinned. Absent: nothing
  // counts, or an older recording.
  std::optional<std::uint64_t> counting_since_ns;
  std::string kernel;  // uname -r
  Mode mode;
  std::vector<Superblock> superblocks;
  std::vector<Cgroup> cgroups;
  std::vector<LedgerRow> ledger;
  // Everything that was lost, by name ("slots_full", "ring_full", "recursion_misses", "unreadable_namespaces"…), 0
  // included.
  std::map<std::string, std::uint64_t> losses;
  std::optional<NodeMemory> node;    // absent in older recordings
  std::optional<SelfCost> self;      // absent in older recordings
  std::optional<Playback> playback;  // never recorded: absent on a live host
};

// One refusal in detail. Rate-limited per (cgroup, superblock, cause); the ledger counts every one.
struct RefusalEvent {
  std::uint64_t realtime_ns = 0;
  std::uint64_t monotonic_ns = 0;
  CgroupId cgroup = 0;
  std::string cgroup_path;
  OwnerRef owner = nullptr;  // of the cgroup
  SuperblockId superblock;
  std::string mount_point;  // one of the superblock's mounts; empty when none is known
  std::uint32_t tgid = 0;
  std::uint32_t tid = 0;
  std::string comm;
  tmpfs_op operation = TMPFS_OP_WRITE;
  tmpfs_cause cause = TMPFS_CAUSE_BLOCKS;
  std::string error;              // "ENOSPC", "SIGBUS"; empty for a write cut short
  std::uint64_t bytes_asked = 0;  // 0: the operation has no size, or it is not known
  std::uint64_t bytes_done = 0;
  std::uint64_t inode = 0;  // 0: the file was never made, or not known
  std::string file;         // empty: it has no name, or not known
  std::string directory;
  std::vector<std::string> stack;  // user frames, innermost first, "symbol+0x12 (module)" or an address
};

}  // namespace tmpfstrace
