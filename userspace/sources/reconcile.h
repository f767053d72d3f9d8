// SPDX-License-Identifier: Apache-2.0
// Brings together what the kernel-side programs counted and what statfs and the mount tables say. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "bpf/ledger_source.h"
#include "model/id_hash.h"
#include "model/sample.h"

namespace tmpfstrace {

// Gives each mounted superblock the generation under which the programs know it.
void name_superblocks(const std::vector<KernelSuperblock>& known, std::vector<Superblock>& mounted);

// The same, and adds those that have no mount any more (open files keep them) or never had one (the kernel's internal
// mount).
void join_superblocks(const std::vector<KernelSuperblock>& known, std::vector<Superblock>& mounted);

// Superblocks that the programs know and no mount table that was read shows: worth looking for in all of them, some
// times. (One that open files alone keep has no mount to be found.)
class MountsToFind {
 public:
  // Call once a sample.
  bool any(const std::vector<KernelSuperblock>& known, const std::vector<Superblock>& mounted);

 private:
  std::unordered_map<SuperblockId, int, IdHash> looked_for_;  // how often
};

// The superblock that an event names, by its generation too where that is known; null when it is not among these.
const Superblock* find_superblock(const std::vector<Superblock>& superblocks, const SuperblockId& id);

// Of the superblock's mounts the one that a process of that mount namespace sees, that of the whole before one of a
// part; else any. Null: it has none.
const Mount* choose_mount(const Superblock& superblock, std::optional<std::uint64_t> mount_namespace);

// Ledger minus statfs, for every superblock whose statfs counts and was asked between the two readings (no
// usage_age_ns). As operations go on meanwhile, a figure agrees (drift 0) that the ledger can have had at some moment
// between the readings, by what each has added and taken; otherwise the distance to the nearest such figure is the
// drift.
void reconcile(const std::vector<LedgerRow>& before, const std::vector<LedgerRow>& after,
               std::vector<Superblock>& superblocks);

}  // namespace tmpfstrace
