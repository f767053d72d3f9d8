// SPDX-License-Identifier: Apache-2.0
#include "foreign.h"

#include <stdexcept>

#include "block_device.h"

namespace guest {
namespace {

Counters sum_of_all(Fixture& f) {
  Counters sum;
  f.env.tool->sample_after(monotonic_ns());
  for (const SuperblockSample& sb : f.env.tool->sample_after(monotonic_ns()).superblocks) {
    const Counters& c = sb.counters;
    sum.allocated += c.allocated;
    sum.freed += c.freed;
    sum.written += c.written;
    sum.calls += c.calls;
    sum.shorts += c.shorts;
    sum.refused += c.refused;
    sum.inodes += c.created_sum() + c.removed_sum();
  }
  return sum;
}

}  // namespace

// A kernel without that file system is passed over; one that has it must mount it.
std::unique_ptr<Mount> mount_or_skip(const std::string& options, const std::string& type, const std::string& source) {
  if (read_text("/proc/filesystems").find("\t" + type + "\n") == std::string::npos) {
    throw Skip("this kernel has no " + type);
  }
  return std::make_unique<Mount>(options, type, source);
}

std::unique_ptr<Mount> ext4_or_skip(const std::string& kib) {
  std::string reason;
  const std::string device = ext4_device(reason, kib);
  if (device.empty()) throw std::runtime_error(reason);
  return mount_or_skip("", "ext4", device);
}

std::unique_ptr<Mount> overlay_or_skip(const Mount& base) {
  Tally t;
  for (const char* name : {"lower", "upper", "work"}) make_directory(base.file(name), t);
  return mount_or_skip(
      "lowerdir=" + base.file("lower") + ",upperdir=" + base.file("upper") + ",workdir=" + base.file("work"), "overlay",
      "overlay");
}

void expect_no_trace_of(Fixture& f, const std::function<void()>& use) {
  const Counters before = sum_of_all(f);
  use();
  const Counters d = sum_of_all(f) - before;
  f.expect(d == Counters{}, "counters changed: allocated " + std::to_string(d.allocated) + " freed " +
                                std::to_string(d.freed) + " written " + std::to_string(d.written) + " calls " +
                                std::to_string(d.calls) + " inodes " + std::to_string(d.inodes) + " refused " +
                                std::to_string(d.refused));
}

}  // namespace guest
