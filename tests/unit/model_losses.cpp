// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <string>

#include "model/losses.h"
#include "model/names.h"

using namespace tmpfstrace;

TEST_CASE("what could not be looked at, or told, is no lost count") {
  const auto name = GENERATE(as<std::string>(), "unreadable_cgroups", "unreadable_namespaces", "unreadable_processes",
                             "unreadable_owner_files", "unreachable_superblocks", "seed_unavailable", "seed_errors",
                             "seed_busy", "seed_unreachable_superblocks", "seed_hidden_directories", "alerts_overflow",
                             "alerts_failed_webhook", "alerts_dropped_alertmanager");
  CHECK(loss_kind(name) == LossKind::NotReached);
}

TEST_CASE("a race of the seeding, and a name that is not known, are lost counts") {
  const auto name = GENERATE(as<std::string>(), "seed_races", "recursion_misses", "records_lost", "details_dropped", "",
                             "of_a_later_version", "was_unreadable_once");
  CHECK(loss_kind(name) == LossKind::Count);
}

TEST_CASE("of the losses of the kernel side only the settled owners touch no count") {
  for (int i = 0; i < TMPFS_LOSS_MAX; ++i) {
    const auto loss = static_cast<tmpfs_loss>(i);
    const auto kind = loss == TMPFS_LOSS_OWNERS_SETTLED ? LossKind::Harmless : LossKind::Count;
    CHECK(loss_kind(loss_name(loss)) == kind);
  }
  CHECK(loss_kind("stacks_without_names") == LossKind::Harmless);
}
