// SPDX-License-Identifier: Apache-2.0
// Brings together what the kernel-side programs counted and what statfs and the mount tables say. Pure.
#pragma once

#include <vector>

#include "bpf/ledger_source.h"
#include "model/sample.h"

namespace tmpfstrace {

// Gives each mounted superblock the generation under which the programs know it, and adds those that have no mount any
// more (open files keep them) or never had one (the kernel's internal mount).
void join_superblocks(const std::vector<KernelSuperblock>& known, std::vector<Superblock>& mounted);

// Ledger minus statfs, for every superblock whose statfs counts. statfs was read between the two readings: a figure
// that lies between theirs agrees (drift 0), as operations go on meanwhile; otherwise the smaller difference is the
// drift.
void reconcile(const std::vector<LedgerRow>& before, const std::vector<LedgerRow>& after,
               std::vector<Superblock>& superblocks);

}  // namespace tmpfstrace
