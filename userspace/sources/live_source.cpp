// SPDX-License-Identifier: Apache-2.0
#include "sources/live_source.h"

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include "bpf/symbols.h"
#include "host/kernel_symbols.h"
#include "host/mount_scanner.h"
#include "host/node_memory.h"
#include "host/process_life.h"
#include "host/process_namespace.h"
#include "sources/file_activities.h"
#include "sources/host_figures.h"
#include "sources/live_cgroups.h"
#include "sources/live_cost.h"
#include "sources/live_start.h"
#include "sources/owner_names.h"
#include "sources/reconcile.h"
#include "sources/surveys.h"

namespace tmpfstrace {
namespace {

constexpr int kMostWalks = 3;
constexpr std::uint64_t kMostWalkTime = 250'000'000;  // of a survey

class LiveSource : public SampleSource {
 public:
  LiveSource(const LiveOptions& options, LiveStart start)
      : options_(options),
        start_(std::move(start)),
        cost_(start_.paths, start_.ledger ? start_.ledger->objects() : nullptr, start_.probed.shape.measures_maps),
        scanner_(start_.paths),
        cgroups_(start_.hierarchy),
        surveys_([this](const Superblock& superblock) { return survey(superblock); },
                 [this](const std::vector<Superblock>& superblocks) { return find_unlinked(superblocks); }),
        activities_([this](std::uint32_t tgid, std::uint64_t told_ns) { return still_runs(tgid, told_ns); }) {}

  Result<void> open();
  Result<void> seed();

  Result<std::optional<Sample>> next_sample() override;
  Result<void> drain_events(const EventHandler& handler) override;
  int event_fd() const override { return ready_.get(); }
  std::optional<std::chrono::milliseconds> pace() const override { return options_.interval; }
  void set_pace(std::chrono::milliseconds pace) override { options_.interval = pace; }
  std::optional<TableSizes> tables() const override { return tables_; }
  void before_confinement() override { look_up_symbols(); }

 private:
  Result<void> walk_until_equal(std::vector<Superblock> left);
  Result<std::vector<Superblock>> that_differ(std::vector<Superblock> superblocks);
  void look_up_symbols();
  std::function<bool()> stop_after(std::uint64_t patience_ns) const;
  std::optional<FileSurvey> survey(const Superblock& superblock);
  std::optional<UnlinkedByDevice> find_unlinked(const std::vector<Superblock>& superblocks);
  std::optional<bool> still_runs(std::uint32_t tgid, std::uint64_t monotonic_ns) const;
  Result<void> drain_files(std::uint64_t monotonic_ns);
  const Superblock* superblock_of(const RefusalEvent& event);
  void rescan();
  RefusalEvent complete(const KernelEvent& kernel_event);

  LiveOptions options_;
  LiveStart start_;
  std::optional<TableSizes> tables_;  // from open() on, as the hooks
  std::vector<HookState> hooks_;
  LiveCost cost_;   // after the programs: destroyed first
  UniqueFd ready_;  // an epoll: refusals are waiting, or the end of a window of cost_
  MountScanner scanner_;
  LiveCgroups cgroups_;
  std::optional<OwnerNames> owners_;  // from open() on
  MountsToFind mounts_to_find_;
  UsageFigures usage_;
  Surveys surveys_;
  RefusedSince refused_;
  FileActivities activities_;
  Symbols symbols_;
  std::vector<Superblock> last_superblocks_;
  bool rescanned_ = false;  // since the last sample
  std::uint64_t sequence_ = 0;
  std::uint64_t drains_ = 0;
  bool symbols_looked_up_ = false;
};

Result<void> LiveSource::open() {
  auto owners = OwnerNames::open(start_.paths);
  if (!owners) return tl::unexpected(owners.error());
  owners_.emplace(std::move(*owners));
  if (!start_.ledger) return {};
  hooks_ = hook_states(start_.ledger->hooks());
  if (const LoadedObjects* objects = start_.ledger->objects()) {
    auto sizes = read_table_sizes(*objects);
    if (!sizes) return tl::unexpected(sizes.error());
    tables_ = *sizes;
  }
  ready_ = UniqueFd(epoll_create1(EPOLL_CLOEXEC));
  if (!ready_) return fail_errno("call", "epoll_create1", errno);
  for (const int fd : {start_.ledger->event_fd(), cost_.timer_fd()}) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
    if (fd >= 0 && epoll_ctl(ready_.get(), EPOLL_CTL_ADD, fd, &event) != 0)
      return fail_errno("call", "epoll_ctl", errno);
  }
  return {};
}

Result<void> LiveSource::seed() {
  auto mounts = scanner_.scan(start_.clock_ns(CLOCK_MONOTONIC));
  if (!mounts) return tl::unexpected(mounts.error());
  if (!start_.ledger || start_.resumed) return {};
  auto done = walk_until_equal(std::move(mounts->superblocks));
  start_.ledger->end_seeding();
  // What is pinned has been found complete: a start that is killed or stopped before leaves nothing.
  const bool stopped = options_.stop_requested && options_.stop_requested();
  if (!done || !start_.pins || stopped) return done;
  return start_.ledger->pin(start_.pins->pins, start_.pins->note);
}

// A walk goes by names: a rename under way can hide an inode from it. Where the ledger and statfs differ it goes again.
Result<void> LiveSource::walk_until_equal(std::vector<Superblock> left) {
  for (int walks = 0; walks < kMostWalks && !left.empty(); ++walks) {
    if (auto seeded = start_.ledger->seed(left, options_.stop_requested); !seeded) {
      start_.mode.blind.push_back("what existed before the start: " + seeded.error().message);
      if (start_.pins) start_.pins->note.blind.push_back(start_.mode.blind.back());
      return {};
    }
    auto differing = that_differ(std::move(left));
    if (!differing) return tl::unexpected(differing.error());
    left = std::move(*differing);
  }
  return {};
}

Result<std::vector<Superblock>> LiveSource::that_differ(std::vector<Superblock> superblocks) {
  auto before = start_.ledger->read();
  if (!before) return tl::unexpected(before.error());
  fill_usage(start_.paths, superblocks);
  auto after = start_.ledger->read();
  if (!after) return tl::unexpected(after.error());
  join_superblocks(after->superblocks, superblocks);
  reconcile(before->rows, after->rows, superblocks);
  std::erase_if(superblocks, [](const Superblock& superblock) {
    return superblock.drift_bytes.value_or(0) == 0 && superblock.drift_inodes.value_or(0) == 0;
  });
  return superblocks;
}

Result<std::optional<Sample>> LiveSource::next_sample() {
  symbols_.begin_interval();
  Sample sample;
  sample.sequence = sequence_++;
  sample.kernel = start_.facts.release;
  sample.counting_since_ns = start_.counting_since_ns;

  LedgerReading before, after;
  std::vector<MissedRuns> missed_runs;
  if (start_.ledger) {
    auto reading = start_.ledger->read();
    if (!reading) return tl::unexpected(reading.error());
    before = std::move(*reading);
  }
  auto mounts = scanner_.scan(start_.clock_ns(CLOCK_MONOTONIC));
  if (!mounts) return tl::unexpected(mounts.error());
  if (mounts_to_find_.any(before.superblocks, mounts->superblocks)) {
    mounts = scanner_.scan(start_.clock_ns(CLOCK_MONOTONIC), true);
    if (!mounts) return tl::unexpected(mounts.error());
  }
  sample.superblocks = std::move(mounts->superblocks);
  name_superblocks(before.superblocks, sample.superblocks);
  const std::uint64_t unreachable =
      usage_.fill(start_.paths, before.rows, start_.clock_ns(CLOCK_MONOTONIC), sample.superblocks);
  sample.realtime_ns = start_.clock_ns(CLOCK_REALTIME);
  sample.monotonic_ns = start_.clock_ns(CLOCK_MONOTONIC);
  if (start_.ledger) {
    // Before the counters: more than they have is never told.
    if (auto drained = drain_files(sample.monotonic_ns); !drained) return tl::unexpected(drained.error());
    auto reading = start_.ledger->read();
    if (!reading) return tl::unexpected(reading.error());
    after = std::move(*reading);
    join_superblocks(after.superblocks, sample.superblocks);
    sample.ledger = std::move(after.rows);
    reconcile(before.rows, sample.ledger, sample.superblocks);
    sample.losses = start_.ledger->losses();
    missed_runs = start_.ledger->missed_runs();
    for (const MissedRuns& missed : missed_runs) sample.losses["recursion_misses"] += missed.count;
  }
  usage_.keep_drift(sample.superblocks);
  owners_->begin_sample(sample.monotonic_ns);
  cgroups_.add_to(sample, *owners_, start_.ledger.get());
  sample.node = read_node_memory(start_.paths);
  for (Superblock& superblock : sample.superblocks)
    superblock.owner = owners_->of_superblock(superblock, sample.monotonic_ns);
  if (options_.surveys) {
    surveys_.refresh(sample.superblocks, sample.monotonic_ns, refused_.find(sample.ledger));
    activities_.refresh(sample.superblocks, sample.monotonic_ns);
  }
  sample.losses["unreadable_namespaces"] = mounts->unreadable_namespaces;
  sample.losses["unreadable_processes"] = mounts->unreadable_processes;
  sample.losses["damaged_mount_lines"] = mounts->damaged_lines;
  sample.losses["unreachable_superblocks"] = unreachable;
  sample.losses["unreadable_cgroups"] = cgroups_.unreadable();
  sample.losses["unreadable_owner_files"] = owners_->unreadable_files();
  if (start_.ledger) sample.losses["stacks_without_names"] = symbols_.unanswered();
  last_superblocks_ = sample.superblocks;
  rescanned_ = false;
  sample.mode = start_.mode;
  if (start_.ledger)
    start_.ledger->release_dead([&](CgroupId id) { return cgroups_.is_dead(id, sample.monotonic_ns); },
                                sample.monotonic_ns);
  const std::uint64_t now = start_.clock_ns(CLOCK_MONOTONIC);
  cost_.end_window_if_over(now);
  sample.self = cost_.read(symbols_);
  sample.self->missed_runs = std::move(missed_runs);
  sample.self->hooks = hooks_;
  cost_.begin_window_if_due(now);
  return sample;
}

// Reading all of kallsyms takes as long as a good part of the start: it is done when the first sample has been shown.
void LiveSource::look_up_symbols() {
  if (!start_.ledger || std::exchange(symbols_looked_up_, true)) return;
  constexpr const char* kMode = "sysctl_overcommit_memory";
  const auto symbols = KernelSymbols::load(start_.paths, {kMode});
  if (const std::string why = why_no_address(symbols, kMode); !why.empty())
    start_.mode.blind.push_back(
        "refusals by strict overcommit (vm.overcommit_memory=2) apart from those by the superblock's size: " + why);
  else
    start_.ledger->set_overcommit_address(*symbols->find(kMode)->address);
}

// A walk runs while a sample is made and refusals wait: one that does not get on is given up.
std::function<bool()> LiveSource::stop_after(std::uint64_t patience_ns) const {
  return [this, end = start_.clock_ns(CLOCK_MONOTONIC) + patience_ns] {
    return start_.clock_ns(CLOCK_MONOTONIC) >= end || (options_.stop_requested && options_.stop_requested());
  };
}

std::optional<FileSurvey> LiveSource::survey(const Superblock& superblock) {
  return survey_files(start_.paths, superblock, {.stop = stop_after(kMostWalkTime)});
}

std::optional<UnlinkedByDevice> LiveSource::find_unlinked(const std::vector<Superblock>& superblocks) {
  return find_unlinked_files(start_.paths, superblocks, stop_after(kMostWalkTime));
}

Result<void> LiveSource::drain_files(std::uint64_t monotonic_ns) {
  return start_.ledger->drain_files([this](const KernelFile& file) { activities_.add(file.superblock, file.told); },
                                    monotonic_ns);
}

// Ids are those of the initial namespace.
std::optional<bool> LiveSource::still_runs(std::uint32_t tgid, std::uint64_t monotonic_ns) const {
  if (!start_.proc_is_initial) return std::nullopt;
  const std::uint64_t slept = start_.clock_ns(CLOCK_BOOTTIME) - start_.clock_ns(CLOCK_MONOTONIC);
  return tmpfstrace::still_runs(start_.paths, tgid, monotonic_ns + slept);
}

// What was mounted since the last sample, and which of the superblocks that bore a device number bears it now.
void LiveSource::rescan() {
  rescanned_ = true;
  auto mounts = scanner_.scan(start_.clock_ns(CLOCK_MONOTONIC), true);
  auto reading = start_.ledger->read();
  if (!mounts || !reading) return;  // the next sample says so
  join_superblocks(reading->superblocks, mounts->superblocks);
  last_superblocks_ = std::move(mounts->superblocks);
}

const Superblock* LiveSource::superblock_of(const RefusalEvent& event) {
  const Superblock* found = find_superblock(last_superblocks_, event.superblock);
  const bool has_name = found != nullptr && (!found->mounts.empty() || found->kind == "internal");
  if (has_name || rescanned_) return found;
  rescan();
  return find_superblock(last_superblocks_, event.superblock);
}

RefusalEvent LiveSource::complete(const KernelEvent& kernel_event) {
  RefusalEvent event = kernel_event.event;
  const std::uint64_t now = start_.clock_ns(CLOCK_MONOTONIC);
  const std::uint64_t age = now > event.monotonic_ns ? now - event.monotonic_ns : 0;
  event.realtime_ns = start_.clock_ns(CLOCK_REALTIME) - age;
  event.cgroup_path = cgroups_.path_of(event.cgroup, now, start_.ledger.get());
  event.owner = owners_->of_cgroup(event.cgroup, event.cgroup_path, now);
  if (start_.proc_is_initial) event.stack = symbols_.resolve(event.tgid, kernel_event.stack);

  if (const Superblock* superblock = superblock_of(event)) {
    // The mount as the refused process sees it, if it still lives; else any.
    const auto own =
        start_.proc_is_initial ? mount_namespace_of(start_.paths, static_cast<std::int32_t>(event.tgid)) : std::nullopt;
    if (const Mount* mount = choose_mount(*superblock, own)) event.mount_point = mount->mount_point;
  }
  // The root directory of a superblock has no name of its own.
  if (event.directory == "/" && event.mount_point.size() > 1)
    event.directory = event.mount_point.substr(event.mount_point.rfind('/') + 1);
  return event;
}

Result<void> LiveSource::drain_events(const EventHandler& handler) {
  if (!start_.ledger) return {};
  cost_.end_window_if_over(start_.clock_ns(CLOCK_MONOTONIC));
  // The first sample is followed by a call for what was refused until then.
  if (++drains_ == 2) look_up_symbols();
  return start_.ledger->drain_events([&](const KernelEvent& event) { handler(complete(event)); });
}

}  // namespace

Result<std::unique_ptr<SampleSource>> make_live_source(const LiveOptions& options, LiveStart start) {
  auto source = std::make_unique<LiveSource>(options, std::move(start));
  if (auto opened = source->open(); !opened) return tl::unexpected(opened.error());
  if (auto seeded = source->seed(); !seeded) return tl::unexpected(seeded.error());
  return source;
}

Result<std::unique_ptr<SampleSource>> open_live_source(const LiveOptions& options) {
  auto start = start_live(options, false);
  if (!start) return tl::unexpected(start.error());
  return make_live_source(options, std::move(*start));
}

}  // namespace tmpfstrace
