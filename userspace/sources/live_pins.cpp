// SPDX-License-Identifier: Apache-2.0
#include "sources/live_pins.h"

#include <algorithm>
#include <cerrno>

#include "bpf/exact_ledger.h"
#include "bpf/syscall_ledger.h"
#include "bpf/syscall_programs.h"
#include "bpf/tracer.h"

namespace tmpfstrace {
namespace {

constexpr const char* kAnew = "; counting starts anew, from 0";

void tell(const LiveOptions& options, const std::string& what) {
  if (options.notice) options.notice(what);
}

template <typename Ledger>
Result<std::unique_ptr<LedgerSource>> as_source(Result<std::unique_ptr<Ledger>> ledger) {
  if (!ledger) return tl::unexpected(ledger.error());
  return std::move(*ledger);
}

Result<std::unique_ptr<LedgerSource>> resume(const HostPaths& paths, const PinNote& note, LoadedObjects objects) {
  if (note.mode == "syscall") return as_source(SyscallLedger::resume(std::move(objects), note));
  return as_source(ExactLedger::resume(paths, std::move(objects), note));
}

// As the maps would be made.
TableSizes wanted_sizes(const LiveOptions& options) {
  return {std::max(options.max_slots, kLeastTable), std::max(options.max_superblocks, kLeastTable), options.max_inodes};
}

// What this run would have otherwise, and goes on with all the same.
Result<void> tell_differences(const LiveOptions& options, const PinJudgement& judgement, const LedgerSource& resumed) {
  if (!judgement.text.empty()) tell(options, judgement.text);
  const auto pinned = read_table_sizes(*resumed.objects());
  if (!pinned) return tl::unexpected(pinned.error());
  const std::string sizes = describe_other_sizes(*pinned, wanted_sizes(options));
  if (!sizes.empty()) tell(options, sizes);
  return {};
}

}  // namespace

Result<LivePins> take_pins(const LiveOptions& options, const HostPaths& paths,
                           const std::map<std::string, std::string>& settings) {
  auto opened = Pins::open(options.pin_path);
  if (!opened) return tl::unexpected(opened.error());
  LivePins taken{std::move(*opened), {}, nullptr};
  const PinWish wish{.layout = TMPFS_LAYOUT_VERSION,
                     .version = options.version,
                     .objects = {{"exact", Tracer::object_hash()}, {"syscall", SyscallPrograms::object_hash()}},
                     .settings = settings,
                     .mode = options.mode,
                     .hooks = options.hooks};
  const auto count = taken.pins.count();
  if (!count) return tl::unexpected(count.error());
  const auto note = taken.pins.note();
  if (!note && note.error().code != 0) return tl::unexpected(note.error());  // what it says cannot be read: start anew

  std::string why;
  if (!note) {
    why = note.error().message;
  } else if (*note && count->all() != (*note)->pinned) {
    why = "some of what was pinned in " + options.pin_path + " is missing";
  } else if (*note) {
    const PinJudgement judgement = judge_pins(**note, wish);
    if (judgement.goes_on) {
      auto objects = taken.pins.load();
      if (!objects) return tl::unexpected(objects.error());
      auto ledger = resume(paths, **note, std::move(*objects));
      if (!ledger) return tl::unexpected(ledger.error());
      if (auto told = tell_differences(options, judgement, **ledger); !told) return tl::unexpected(told.error());
      taken.note = std::move(**note);
      taken.resumed = std::move(*ledger);
      return taken;
    }
    why = judgement.text;
  } else if (!count->none()) {
    why = "the start whose programs are pinned in " + options.pin_path + " was not finished";
  }
  if (!why.empty()) {
    if (auto removed = taken.pins.remove(); !removed) return tl::unexpected(removed.error());
    tell(options, why + kAnew);
  }
  taken.note.layout = wish.layout;
  taken.note.version = wish.version;
  taken.note.settings = settings;
  // Earlier versions begin anew where these are not theirs, or missing.
  taken.note.settings.merge(
      std::map<std::string, std::string>{{"--max-slots", std::to_string(options.max_slots)},
                                         {"--max-inodes", std::to_string(options.max_inodes)},
                                         {"--max-superblocks", std::to_string(options.max_superblocks)}});
  return taken;
}

}  // namespace tmpfstrace
