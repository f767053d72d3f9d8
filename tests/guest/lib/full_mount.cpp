// SPDX-License-Identifier: Apache-2.0
#include "full_mount.h"

#include <unistd.h>

#include <stdexcept>

namespace guest {

FullMount::FullMount(Fixture& f, std::int64_t free_pages, const std::string& more_options, Tool* other_tool)
    : tool(other_tool == nullptr ? *f.env.tool : *other_tool), mount("size=1m" + more_options) {
  Tally t;
  make_directory(spool, t);
  const Fd fd(create(spool + "/ballast", t));
  const std::int64_t ballast = (1 << 20) - free_pages * kPage;
  if (put(fd.get(), pattern(), static_cast<std::size_t>(ballast), 0, t) != ballast)
    throw std::runtime_error(mount.path() + " could not be filled");
  const Sample sample = f.checkpoint(std::vector<const Mount*>{&mount}, &tool);
  const SuperblockSample* sb = sample.superblock(mount.dev());
  if (sb == nullptr) throw std::runtime_error(mount.path() + " is not listed");
  before = sb->counters;
  generation = sb->generation;
}

Fd FullMount::file(const std::string& name, std::int64_t size) const {
  Tally t;
  Fd fd(create(spool + "/" + name, t));
  if (::ftruncate(fd.get(), size) != 0) throw_errno("ftruncate");
  return fd;
}

Counters FullMount::counted(Fixture& f) const {
  const Sample sample = f.checkpoint(std::vector<const Mount*>{&mount}, &tool);
  const SuperblockSample* sb = sample.superblock(mount.dev(), generation);
  if (sb == nullptr) throw std::runtime_error(mount.path() + " is no longer listed");
  return sb->counters - before;
}

std::vector<Event> FullMount::events(const Fixture& f) const {
  std::vector<Event> mine = tool.events_after(f.start());
  std::erase_if(mine, [&](const Event& e) { return e.dev != mount.dev(); });
  return mine;
}

ExpectedEvent blocks_event(const Fixture& f, Op op, const std::string& error, const std::string& file) {
  return {op, kBlocks, error, file, "spool", ::getpid(), "guest-test", f.env.own->path()};
}

}  // namespace guest
