// SPDX-License-Identifier: Apache-2.0
#include "sources/live_source.h"

#include <time.h>

#include <algorithm>
#include <optional>
#include <set>

#include "bpf/symbols.h"
#include "host/cgroup_tree.h"
#include "host/kernel_symbols.h"
#include "host/memcg_files.h"
#include "host/mount_scanner.h"
#include "host/process_namespace.h"
#include "host/superblock_usage.h"
#include "sources/live_start.h"
#include "sources/reconcile.h"

namespace tmpfstrace {
namespace {

std::uint64_t clock_ns(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

class LiveSource : public SampleSource {
 public:
  LiveSource(const LiveOptions& options, LiveStart start)
      : options_(options), start_(std::move(start)), scanner_(start_.paths), cgroups_(start_.hierarchy.root) {}

  Result<void> seed() {
    auto mounts = scanner_.scan();
    if (!mounts) return tl::unexpected(mounts.error());
    if (start_.ledger) (void)start_.ledger->seed(mounts->superblocks);  // a failure is in the ledger's losses
    return {};
  }

  Result<std::optional<Sample>> next_sample() override;
  Result<void> drain_events(const EventHandler& handler) override;
  int event_fd() const override { return start_.ledger ? start_.ledger->event_fd() : -1; }
  std::optional<std::chrono::milliseconds> pace() const override { return options_.interval; }

 private:
  void look_up_symbols();
  void add_cgroups(Sample& sample);
  Cgroup describe(CgroupId id, const std::map<CgroupId, std::string>& names, std::uint64_t now);
  RefusalEvent complete(const KernelEvent& kernel_event);

  LiveOptions options_;
  LiveStart start_;
  MountScanner scanner_;
  CgroupTree cgroups_;
  Symbols symbols_;
  std::vector<Superblock> last_superblocks_;
  std::map<CgroupId, std::string> cgroup_names_;
  std::uint64_t sequence_ = 0;
  std::uint64_t unreadable_cgroups_ = 0;
};

Result<std::optional<Sample>> LiveSource::next_sample() {
  Sample sample;
  sample.sequence = sequence_++;
  sample.kernel = start_.facts.release;
  sample.mode = start_.mode;

  LedgerReading before, after;
  if (start_.ledger) {
    auto reading = start_.ledger->read();
    if (!reading) return tl::unexpected(reading.error());
    before = std::move(*reading);
  }
  auto mounts = scanner_.scan();
  if (!mounts) return tl::unexpected(mounts.error());
  sample.superblocks = std::move(mounts->superblocks);
  const std::uint64_t unreachable = fill_usage(start_.paths, sample.superblocks);
  sample.realtime_ns = clock_ns(CLOCK_REALTIME);
  sample.monotonic_ns = clock_ns(CLOCK_MONOTONIC);
  if (start_.ledger) {
    auto reading = start_.ledger->read();
    if (!reading) return tl::unexpected(reading.error());
    after = std::move(*reading);
    join_superblocks(after.superblocks, sample.superblocks);
    reconcile(before.rows, after.rows, sample.superblocks);
    sample.ledger = after.rows;
    sample.losses = std::move(after.losses);
  }
  cgroup_names_ = std::move(after.cgroup_names);
  add_cgroups(sample);
  sample.losses["unreadable_namespaces"] = mounts->unreadable_namespaces;
  sample.losses["unreadable_processes"] = mounts->unreadable_processes;
  sample.losses["damaged_mount_lines"] = mounts->damaged_lines;
  sample.losses["unreachable_superblocks"] = unreachable;
  sample.losses["unreadable_cgroups"] = unreadable_cgroups_;
  if (start_.ledger) sample.losses["stacks_without_names"] = symbols_.unanswered();
  last_superblocks_ = sample.superblocks;
  if (start_.ledger && sample.sequence == 0) look_up_symbols();
  if (start_.ledger)
    start_.ledger->release_dead(
        [&](CgroupId id) { return cgroups_.lookup(id, sample.monotonic_ns).state == CgroupState::Dead; },
        sample.monotonic_ns);
  return sample;
}

// Reading all of kallsyms takes longer than everything else at the start: it is done when counting is under way.
void LiveSource::look_up_symbols() {
  const auto symbols = KernelSymbols::load(start_.paths, {"sysctl_overcommit_memory"});
  const KernelSymbol* mode = symbols ? symbols->find("sysctl_overcommit_memory") : nullptr;
  if (mode != nullptr && mode->address)
    start_.ledger->set_overcommit_address(*mode->address);
  else
    start_.mode.blind.push_back(
        "refusals by strict overcommit (vm.overcommit_memory=2) apart from those by the superblock's size: "
        "the kernel hides its symbols");
}

Cgroup LiveSource::describe(CgroupId id, const std::map<CgroupId, std::string>& names, std::uint64_t now) {
  Cgroup cgroup;
  cgroup.id = id;
  if (id == kEndedCgroups) {
    cgroup.path = "(ended cgroups)";
    cgroup.dead = true;
    return cgroup;
  }
  const CgroupName name = cgroups_.lookup(id, now);
  cgroup.dead = name.state == CgroupState::Dead;
  if (!name.path.empty()) {
    cgroup.path = name.path;
    if (cgroup.dead) return cgroup;
    if (const auto read = read_memcg(start_.hierarchy, cgroup); !read) {
      if (read.error().code == ENOENT || read.error().code == ENODEV)
        cgroup.dead = true;
      else
        ++unreadable_cgroups_;
    }
    return cgroup;
  }
  const auto kernel_name = names.find(id);
  cgroup.path = "…/" + (kernel_name == names.end() ? "cgroup " + std::to_string(id) : kernel_name->second);
  return cgroup;
}

void LiveSource::add_cgroups(Sample& sample) {
  // A walk that fails leaves the names that are known; the next one is due all the same.
  if (!cgroups_.refresh_if_due(sample.monotonic_ns)) ++unreadable_cgroups_;
  std::set<CgroupId> ids;
  for (const LedgerRow& row : sample.ledger)
    if (row.cgroup != 0) ids.insert(row.cgroup);
  if (!start_.ledger)
    for (const CgroupId id : cgroups_.living()) ids.insert(id);
  for (const CgroupId id : ids) {
    Cgroup cgroup = describe(id, cgroup_names_, sample.monotonic_ns);
    // Polling knows no ledger: a cgroup is of interest when shared memory is charged to it.
    if (!start_.ledger && cgroup.shmem_bytes.value_or(0) == 0) continue;
    sample.cgroups.push_back(std::move(cgroup));
  }
}

RefusalEvent LiveSource::complete(const KernelEvent& kernel_event) {
  RefusalEvent event = kernel_event.event;
  const std::uint64_t now = clock_ns(CLOCK_MONOTONIC);
  const std::uint64_t age = now > event.monotonic_ns ? now - event.monotonic_ns : 0;
  event.realtime_ns = clock_ns(CLOCK_REALTIME) - age;
  event.cgroup_path = describe(event.cgroup, cgroup_names_, now).path;
  event.stack = symbols_.resolve(event.tgid, kernel_event.stack);

  const auto names_device = [&](const Superblock& superblock) {
    return superblock.id.major == event.superblock.major && superblock.id.minor == event.superblock.minor &&
           !superblock.mounts.empty();
  };
  auto superblock = std::find_if(last_superblocks_.begin(), last_superblocks_.end(), names_device);
  if (superblock == last_superblocks_.end()) {
    // Mounted since the last sample.
    if (auto mounts = scanner_.scan()) {
      last_superblocks_ = std::move(mounts->superblocks);
      superblock = std::find_if(last_superblocks_.begin(), last_superblocks_.end(), names_device);
    }
  }
  if (superblock != last_superblocks_.end()) {
    // The mount as the refused process sees it, if it still lives; else any.
    const auto& mounts = superblock->mounts;
    const auto own = mount_namespace_of(start_.paths, static_cast<std::int32_t>(event.tgid));
    auto mount = std::find_if(mounts.begin(), mounts.end(),
                              [&](const Mount& m) { return own && m.mount_namespace == *own && m.root == "/"; });
    if (mount == mounts.end())
      mount =
          std::find_if(mounts.begin(), mounts.end(), [&](const Mount& m) { return own && m.mount_namespace == *own; });
    event.mount_point = (mount == mounts.end() ? mounts.front() : *mount).mount_point;
  }
  // The root directory of a superblock has no name of its own.
  if (event.directory == "/" && event.mount_point.size() > 1)
    event.directory = event.mount_point.substr(event.mount_point.rfind('/') + 1);
  return event;
}

Result<void> LiveSource::drain_events(const EventHandler& handler) {
  if (!start_.ledger) return {};
  symbols_.begin_batch();
  return start_.ledger->drain_events([&](const KernelEvent& event) { handler(complete(event)); });
}

}  // namespace

Result<std::unique_ptr<SampleSource>> open_live_source(const LiveOptions& options) {
  auto start = start_live(options, false);
  if (!start) return tl::unexpected(start.error());
  auto source = std::make_unique<LiveSource>(options, std::move(*start));
  if (auto seeded = source->seed(); !seeded) return tl::unexpected(seeded.error());
  return source;
}

}  // namespace tmpfstrace
