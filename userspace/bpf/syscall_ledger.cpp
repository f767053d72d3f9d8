// SPDX-License-Identifier: Apache-2.0
#include "bpf/syscall_ledger.h"

#include "bpf/decode.h"
#include "bpf/pins.h"
#include "bpf/programs.h"
#include "bpf/syscall_paths.h"
#include "model/names.h"

namespace tmpfstrace {
namespace {

constexpr std::size_t kMostWaiting = 65536;  // details that nobody fetches

// NOLINTBEGIN(bugprone-suspicious-missing-comma): long sentences are split
const char* const kBlind[] = {
    "allocated bytes: no tracepoint tells of an allocation; the use of each superblock comes from statfs",
    "removed inodes, and created ones other than files opened with O_CREAT or O_TMPFILE: directories, links, symbolic "
    "links, nodes and sockets are counted only when they are refused",
    "what existed before the start; its pages are counted when they are freed",
    "pages freed while they are swapped out",
    "inodes taken by extended attributes",
    "io_uring, asynchronous I/O (io_submit), 32-bit programs, and file systems and loop devices that write to tmpfs "
    "from "
    "inside the kernel",
    "splice, sendfile and copy_file_range cut short, and extended attributes and mappings by handle",
    "refused faults inside a system call, which the caller sees as EFAULT, and refused madvise calls",
    "refused binding of a socket to a path, and calls with a path that fail for want of memory (ENOMEM)",
    "a write whose descriptor another thread closes or replaces before the call returns",
};
// NOLINTEND(bugprone-suspicious-missing-comma)

}  // namespace

Result<std::unique_ptr<SyscallLedger>> SyscallLedger::over(Result<std::unique_ptr<SyscallPrograms>> programs) {
  if (!programs) return tl::unexpected(programs.error());
  std::unique_ptr<SyscallLedger> ledger(new SyscallLedger);
  ledger->programs_ = std::move(*programs);
  auto ring = EventRing::open(ledger->programs_->ring_fd());
  if (!ring) return tl::unexpected(ring.error());
  ledger->ring_ = std::move(*ring);
  return ledger;
}

Result<std::unique_ptr<SyscallLedger>> SyscallLedger::start(const SyscallOptions& options) {
  auto ledger = over(SyscallPrograms::start(options));
  if (!ledger) return ledger;
  std::vector<std::string>& blind = (*ledger)->blind_;
  blind.assign(std::begin(kBlind), std::end(kBlind));
  add_missing_hooks((*ledger)->programs_->hooks(), blind);
  if (!(*ledger)->programs_->knows_fill())
    blind.push_back(
        "writes cut short by a full superblock, where the kernel's sum of its use lags behind (32 blocks a CPU)");
  return ledger;
}

Result<std::unique_ptr<SyscallLedger>> SyscallLedger::resume(LoadedObjects objects, const PinNote& note) {
  auto ledger = over(SyscallPrograms::resume(std::move(objects), note.hooks));
  if (ledger) (*ledger)->blind_ = note.blind;
  return ledger;
}

Result<void> SyscallLedger::pin(const Pins& pins, PinNote& note) {
  note.hooks = programs_->hooks();
  note.blind.insert(note.blind.begin(), blind_.begin(), blind_.end());
  return programs_->pin(pins, note);
}

std::vector<std::string> SyscallLedger::blind() const {
  std::vector<std::string> blind = blind_;
  if (!programs_->sees_own_pids())
    blind.push_back("refused calls with a path of several components: this program is in a pid namespace of its own");
  return blind;
}

void SyscallLedger::keep(KernelEvent event) {
  if (waiting_.size() < kMostWaiting)
    waiting_.push_back(std::move(event));
  else
    ++details_dropped_;
}

void SyscallLedger::take_refusal(const void* data, std::size_t size) {
  auto event = decode_event(data, size);
  if (!event) {
    ++undecodable_events_;
    return;
  }
  programs_->table().name_superblock(*event);
  keep(std::move(*event));
}

// Gives the details of a counted refusal what is known of it since.
void SyscallLedger::show(const SyscallRecord& record, std::uint32_t result, std::string file, std::string directory) {
  const std::uint32_t slot = result & SYSCALL_RESULT_SLOT;
  const std::uint32_t cause = (result >> SYSCALL_RESULT_CAUSE_SHIFT) & 15;
  if (result == SYSCALL_RESULT_NONE || !(result & SYSCALL_RESULT_SHOW)) return;
  if (slot >= programs_->table().slots() || cause >= TMPFS_CAUSE_MAX) {
    ++undecodable_events_;
    return;
  }
  KernelEvent event = record.details;
  event.event.cause = static_cast<tmpfs_cause>(cause);
  event.event.superblock = programs_->table().superblock_of_slot(slot);
  event.event.file = std::move(file);
  event.event.directory = std::move(directory);
  keep(std::move(event));
}

void SyscallLedger::take_unattributed(const SyscallRecord& record) {
  if (record.flags & SYSCALL_COUNTED) {
    const auto result = static_cast<std::uint32_t>(record.address);
    show(record, result, record.path,
         programs_->sees_own_pids() ? start_directory_name(paths_, record) : std::string());
    return;
  }
  const auto unresolved = record.is_fault ? SYSCALL_LOSS_UNRESOLVED_FAULTS : SYSCALL_LOSS_UNRESOLVED_PATHS;
  if (!programs_->sees_own_pids()) {
    programs_->count_loss(unresolved);
    return;
  }
  const StartCheck is_start = [&](int fd) { return programs_->is_inode(fd, record.start); };
  auto found = record.is_fault ? resolve_fault(paths_, record) : resolve_path(paths_, record, is_start);
  if (!found) {
    programs_->count_loss(unresolved);
    return;
  }
  if (!found->fd) return;  // not a refusal
  const std::uint32_t result = programs_->count_refusal(found->fd.get(), record);
  show(record, result, std::move(found->file), std::move(found->directory));
}

void SyscallLedger::take_record(const void* data, std::size_t size) {
  if (record_type(data, size) == TMPFS_EVENT_REFUSAL) {
    take_refusal(data, size);
    return;
  }
  const auto record = decode_syscall_record(data, size);
  if (record)
    take_unattributed(*record);
  else
    ++undecodable_events_;
}

Result<void> SyscallLedger::collect() {
  return ring_->drain([&](const void* data, std::size_t size) { take_record(data, size); });
}

Result<void> SyscallLedger::drain_events(const EventHandler& handler) {
  if (auto collected = collect(); !collected) return collected;
  std::deque<KernelEvent> events;
  events.swap(waiting_);
  for (const KernelEvent& event : events) handler(event);
  return {};
}

std::map<std::string, std::uint64_t> SyscallLedger::losses() const {
  std::map<std::string, std::uint64_t> losses;
  for (const tmpfs_loss loss : {TMPFS_LOSS_SLOTS_FULL, TMPFS_LOSS_SBS_FULL, TMPFS_LOSS_RING_FULL})
    losses[std::string(loss_name(loss))] = programs_->loss(loss);
  losses["records_lost"] = programs_->loss(SYSCALL_LOSS_RECORDS);
  losses["unjudged_short_writes"] = programs_->loss(SYSCALL_LOSS_SHORT_WRITES);
  losses["unresolved_path_refusals"] =
      programs_->loss(SYSCALL_LOSS_PATHS) + programs_->loss(SYSCALL_LOSS_UNRESOLVED_PATHS);
  losses["unresolved_faults"] = programs_->loss(SYSCALL_LOSS_UNRESOLVED_FAULTS);
  losses["undecodable_events"] = undecodable_events_;
  losses["details_dropped"] = details_dropped_;
  return losses;
}

std::vector<MissedRuns> SyscallLedger::missed_runs() const { return tmpfstrace::missed_runs(programs_->objects()); }

Result<LedgerReading> SyscallLedger::read() {
  if (auto collected = collect(); !collected) return tl::unexpected(collected.error());
  programs_->look_for_ended_superblocks();
  LedgerReading reading;
  programs_->table().read(reading);
  return reading;
}

}  // namespace tmpfstrace
