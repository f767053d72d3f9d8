// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>

namespace guest {

std::vector<std::string> Environment::tool_args(std::vector<std::string> more, const char* interval) const {
  std::vector<std::string> args{"--interval", interval};
  if (options.hooks != "auto") args.insert(args.end(), {"--hooks", options.hooks});
  args.insert(args.end(), options.more.begin(), options.more.end());
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

void Environment::stop_tool() {
  if (!tool) return;
  tool->finish();
  if (const auto last = tool->newest()) losses.add(last->losses);
  tool.reset();
}

void Environment::start_tool() {
  stop_tool();
  losses.restart();
  tool = std::make_unique<Tool>(options.tool, tool_args(), documents);
  const Sample first = tool->sample_after(0);
  mode = first.mode;
  hooks = first.hooks.empty() ? "none" : first.hooks;
}

void Fixture::expect(bool good, const std::string& what) {
  if (good) return;
  failures_ += (failures_.empty() ? "" : "; ") + what;
}

void Fixture::expect_eq(const std::string& what, std::int64_t expected, std::int64_t seen) {
  expect(expected == seen, what + " expected " + std::to_string(expected) + ", seen " + std::to_string(seen));
}

void Fixture::expect_tally(const std::string& what, const Tally& expected, const Counters& seen) {
  expect_eq(what + " written_bytes", expected.written, seen.written);
  expect_eq(what + " short_writes", expected.shorts, seen.shorts);
  expect_eq(what + " write_calls", expected.calls, seen.calls);
  for (std::size_t op = 0; op < kOps; ++op) {
    for (std::size_t cause = 0; cause < kCauses; ++cause) {
      expect_eq(what + " refusals " + kOpNames[op] + "/" + kCauseNames[cause], expected.refused[op][cause],
                seen.refusals[op][cause]);
    }
  }
}

void Fixture::expect_created(const std::string& what, const Tally& expected, const Counters& seen) {
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    expect_eq(what + " created " + kKindNames[kind], expected.created[kind], seen.created[kind]);
  }
}

void Fixture::expect_event(const Mount& mount, const ExpectedEvent& expected) {
  const auto problem_of = [&](const Event& e) {
    std::string problem;
    const auto differs = [&](const char* field, const std::string& want, const std::string& seen) {
      if (want != seen) problem += std::string(" ") + field + " expected " + want + ", seen " + seen;
    };
    differs("operation", kOpNames[expected.op], e.operation);
    differs("cause", kCauseNames[expected.cause], e.cause);
    if (expected.error != "*") differs("errno", expected.error, e.error);
    differs("tgid", std::to_string(expected.tgid), std::to_string(e.tgid));
    differs("comm", expected.comm, e.comm);
    differs("mount_point", mount.path(), e.mount_point);
    differs("dev", mount.dev(), e.dev);
    if (expected.file != "*") differs("file", expected.file, e.file);
    differs("directory", expected.directory, e.directory);
    if (!expected.cgroup_path.empty()) differs("cgroup_path", expected.cgroup_path, e.cgroup_path);
    return problem;
  };
  std::string nearest;
  const bool found = poll_until(std::chrono::seconds(3), [&] {
    nearest.clear();
    for (const Event& e : env.tool->events_after(start_)) {
      const std::string problem = problem_of(e);
      if (problem.empty()) return true;
      const bool nearer = e.dev == mount.dev() && (nearest.empty() || problem.size() < nearest.size());
      if (nearer) nearest = problem;
    }
    return false;
  });
  expect(found, std::string("event ") + kOpNames[expected.op] + "/" + kCauseNames[expected.cause] + " of " +
                    expected.file + ":" + (nearest.empty() ? " none came for this mount" : nearest));
}

void Fixture::compare(const Mount& mount, const Usage& usage, const Sample& sample) {
  const SuperblockSample* sb = sample.superblock(mount.dev());
  if (sb == nullptr) {
    expect(false, "superblock " + mount.dev() + " at " + mount.path() + " is not in the sample");
    return;
  }
  const Counters& c = sb->counters;
  expect(c.absent.empty(), "counters absent: " + c.absent);
  const std::int64_t pages = (c.seeded + c.allocated - c.freed - usage.bytes) / kPage;
  const std::int64_t inodes = c.inode_units() - usage.inodes;
  env.worst.pages = std::max(env.worst.pages, std::abs(pages));
  expect_eq(mount.path() + " ledger bytes against statfs", usage.bytes, c.seeded + c.allocated - c.freed);
  expect_eq(mount.path() + " resident_bytes", c.seeded + c.allocated - c.freed, c.resident);
  expect_eq(mount.path() + " drift_bytes of the tool", 0, sb->drift_bytes.value_or(-1));
  if (usage.inodes == 0) return;  // nr_inodes=0: the kernel keeps no such count
  env.worst.inodes = std::max(env.worst.inodes, std::abs(inodes));
  expect_eq(mount.path() + " ledger inodes (of which xattr_bytes " + std::to_string(c.xattr_bytes) + ") against statfs",
            usage.inodes, c.inode_units());
  expect_eq(mount.path() + " drift_inodes of the tool", 0, sb->drift_inodes.value_or(-1));
}

Counters Fixture::checkpoint(const Mount& mount) {
  const Sample sample = checkpoint(std::vector<const Mount*>{&mount});
  const SuperblockSample* sb = sample.superblock(mount.dev());
  return sb == nullptr ? Counters{} : sb->counters;
}

Sample Fixture::checkpoint(const std::vector<const Mount*>& mounts, Tool* tool) {
  if (tool == nullptr) tool = env.tool.get();
  const auto usages = [&] {
    std::vector<Usage> all;
    for (const Mount* mount : mounts) all.push_back(mount->usage());
    return all;
  };
  const auto counters = [&](const Sample& sample) {
    std::vector<Counters> all;
    for (const Mount* mount : mounts) {
      const SuperblockSample* sb = sample.superblock(mount->dev());
      all.push_back(sb == nullptr ? Counters{} : sb->counters);
    }
    return all;
  };
  const std::uint64_t give_up = monotonic_ns() + 20'000'000'000;
  for (;;) {
    const std::vector<Usage> before = usages();
    const Sample first = tool->sample_after(monotonic_ns());
    const Sample second = tool->sample_after(first.monotonic_ns);
    const bool rests = counters(first) == counters(second) && before == usages();
    const bool listed = std::all_of(mounts.begin(), mounts.end(),
                                    [&](const Mount* m) { return second.superblock(m->dev()) != nullptr; });
    if ((rests && listed) || monotonic_ns() > give_up) {
      expect(rests, "the counters or statfs do not come to rest");
      for (std::size_t i = 0; i < mounts.size(); ++i) compare(*mounts[i], before[i], second);
      return second;
    }
  }
}

void Fixture::check_cgroup(const Cgroup& group) {
  // 5.10 keeps up to 32 updates of memory.stat on each CPU, and no reader sees them.
  const std::int64_t tolerance = env.kernel.batched_memory_stat ? 32 * kPage * env.kernel.cpus : 0;
  std::int64_t shmem = 0;
  std::int64_t resident = 0;
  const bool equal = poll_until(std::chrono::seconds(4), [&] {
    shmem = group.shmem();
    const Sample sample = env.tool->sample_after(monotonic_ns());
    const CgroupSample* seen = sample.cgroup(group.id());
    resident = seen == nullptr ? 0 : seen->counters.resident;
    return std::abs(shmem - resident) <= tolerance;
  });
  expect(equal, "cgroup " + group.path() + " resident_bytes expected " + std::to_string(shmem) +
                    " (memory.stat shmem), seen " + std::to_string(resident) +
                    (tolerance > 0 ? ", more than the per-CPU batch apart" : ""));
}

Counters Fixture::internal_counters() {
  const Sample first = env.tool->sample_after(monotonic_ns());
  const Sample second = env.tool->sample_after(first.monotonic_ns);
  const SuperblockSample* sb = second.internal();
  return sb == nullptr ? Counters{} : sb->counters;
}

}  // namespace guest
