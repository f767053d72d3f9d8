// SPDX-License-Identifier: Apache-2.0
// A mount of 1 MiB with a directory "spool", in which a file takes all but some pages.
#pragma once

#include <string>
#include <vector>

#include "fixture.h"

namespace guest {

struct FullMount {
  // Watched by the environment's tool or by another one, which must live longer.
  explicit FullMount(Fixture& f, std::int64_t free_pages = 0, const std::string& more_options = "",
                     Tool* other_tool = nullptr);
  // A file of holes, in "spool".
  Fd file(const std::string& name, std::int64_t size) const;
  // Since it is full; at rest.
  Counters counted(Fixture& f) const;
  // Of this mount, in this case; the tool prints the events of an interval before its sample.
  std::vector<Event> events(const Fixture& f) const;

  Tool& tool;
  Mount mount;
  std::string spool = mount.file("spool");
  Counters before;
  std::uint64_t generation = 0;
};

// A refusal for want of blocks, by this process, of a file in "spool".
ExpectedEvent blocks_event(const Fixture& f, Op op, const std::string& error, const std::string& file);

}  // namespace guest
