// SPDX-License-Identifier: Apache-2.0
// What a mode counts in the kernel, whichever programs do it. The live source knows no more than this.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bpf/hook_report.h"
#include "bpf/loaded_objects.h"
#include "model/result.h"
#include "model/sample.h"

namespace tmpfstrace {

class Pins;
struct PinNote;

// A superblock as the programs know it.
struct KernelSuperblock {
  SuperblockId id;
  std::string kind;   // "tmpfs", "devtmpfs", "internal"
  bool dead = false;  // its last mount and file are gone
};

struct LedgerReading {
  std::vector<LedgerRow> rows;
  std::vector<KernelSuperblock> superblocks;
};

// Raw stack addresses belong to event.tgid; the live source symbolises them while that process may still live.
struct KernelEvent {
  RefusalEvent event;
  std::uint32_t sb_row = 0;  // of the superblock; 0: it found none, and the event knows its device alone
  std::vector<std::uint64_t> stack;
};

// Of a superblock by its row and its device.
struct KernelFile {
  FileTold told;
  SuperblockId superblock;
  std::uint32_t sb_row = 0;
};

class LedgerSource {
 public:
  using EventHandler = std::function<void(const KernelEvent&)>;

  virtual ~LedgerSource() = default;

  virtual std::vector<HookReport> hooks() const = 0;  // that the mode wants, for as long as it runs
  virtual std::vector<std::string> blind() const = 0;

  virtual const LoadedObjects* objects() const = 0;  // owned by the source; null: there is none

  // From now on what is in the kernel stays there when this ends, and goes on counting. Adds to the note what a later
  // run cannot find out any more.
  virtual Result<void> pin(const Pins& /*pins*/, PinNote& /*note*/) { return fail("this source has nothing to pin"); }

  // Called after the start with every superblock that the mount tables show: makes what existed before known. Again
  // with some of them, where something was missed; then end_seeding(). stop_requested is asked all the time: true ends
  // the walk early, which is an error.
  virtual Result<void> seed(const std::vector<Superblock>& superblocks,
                            const std::function<bool()>& stop_requested) = 0;
  virtual void end_seeding() {}

  virtual Result<LedgerReading> read() = 0;

  // The last component of a cgroup's path, for one that died before it was found: of those that the last reading had.
  // Empty: not known.
  virtual std::string cgroup_name(CgroupId id) const = 0;

  // By name, 0 included; runs that were missed are not among them.
  virtual std::map<std::string, std::uint64_t> losses() const = 0;

  // Of each program; empty: not told. Asks the kernel about each: once a sample, not at each reading.
  virtual std::vector<MissedRuns> missed_runs() const { return {}; }

  virtual int event_fd() const = 0;  // readable when events are ready; owned by the source
  virtual Result<void> drain_events(const EventHandler& handler) = 0;

  // What files were made and removed since the last call, as far as that is told; a mode that does not tell has none.
  // With each call programs may tell again, once a second at most. Now: CLOCK_MONOTONIC.
  using FileHandler = std::function<void(const KernelFile&)>;
  virtual Result<void> drain_files(const FileHandler&, std::uint64_t /*monotonic_ns*/) { return {}; }

  // Address of the kernel's sysctl_overcommit_memory. With strict overcommit the node refuses a block with the errno of
  // a full superblock; without the address such a refusal is counted as one of the superblock.
  virtual void set_overcommit_address(std::uint64_t) {}

  // Gives back rows of what has gone, see SlotTable. Now: CLOCK_MONOTONIC.
  virtual void release_dead(const std::function<bool(CgroupId)>& cgroup_is_dead, std::uint64_t monotonic_ns) = 0;
};

}  // namespace tmpfstrace
