// SPDX-License-Identifier: Apache-2.0
#include "sources/live_start.h"

#include <linux/capability.h>

#include <cerrno>
#include <map>

#include "bpf/exact_ledger.h"
#include "bpf/programs.h"
#include "bpf/syscall_ledger.h"
#include "host/kernel_symbols.h"
#include "host/process_namespace.h"

namespace tmpfstrace {
namespace {

constexpr const char* kMeasuresMaps = "measures_maps";

// Absent when nothing is missing.
std::optional<Error> missing_privilege(const KernelFacts& facts) {
  if (!facts.effective_capabilities) return std::nullopt;
  const std::uint64_t have = *facts.effective_capabilities;
  const bool bpf =
      has_capability(have, CAP_SYS_ADMIN) || (has_capability(have, CAP_BPF) && has_capability(have, CAP_PERFMON));
  if (bpf) return std::nullopt;
  return Error{"missing privilege: counting needs CAP_BPF and CAP_PERFMON (or CAP_SYS_ADMIN)",
               "run as root; --mode poll needs none of them, but sees only usage", EPERM};
}

HookPlan plan_of(const LiveStart& start) {
  return plan_hooks(start.probed.shape,
                    start.decision.hooks == RunHooks::Fentry ? HookFlavour::Fentry : HookFlavour::Kprobe);
}

// The memory controller's cgroups are another hierarchy's on v1.
bool is_memcg_v1(const LiveStart& start) {
  return start.hierarchy.layout == CgroupLayout::V1 || start.hierarchy.layout == CgroupLayout::Hybrid;
}

std::uint32_t event_rate(const LiveOptions& options) { return options.events ? options.event_rate : 0; }

// What the programs are loaded with and a later run could ask for otherwise, so that it would count something else.
std::map<std::string, std::string> pin_settings(const LiveOptions& options, const LiveStart& start) {
  const auto yes_or_no = [](bool yes) { return std::string(yes ? "yes" : "no"); };
  return {{"--event-rate (--no-events: 0)", std::to_string(event_rate(options))},
          {"surveys", yes_or_no(options.surveys)},
          {"the memory controller", yes_or_no(start.facts.memory_controller.value_or(false))},
          {"cgroup v1", yes_or_no(is_memcg_v1(start))}};
}

Result<std::unique_ptr<LedgerSource>> start_exact(const LiveOptions& options, const LiveStart& start) {
  TracerOptions tracer;
  tracer.table = {options.max_slots, options.max_superblocks};
  tracer.max_inodes = options.max_inodes;
  tracer.events_per_second = event_rate(options);
  tracer.memcg_identity = start.facts.memory_controller.value_or(false);
  tracer.memcg_v1 = is_memcg_v1(start);
  tracer.tells_files = options.surveys;
  HookPlan plan = plan_of(start);
  // Only the kprobes of 6.6 to 6.18 need the address range; kallsyms takes a good part of the start.
  const bool needs_mfill =
      plan.flavour == HookFlavour::Kprobe && plan.counts_arguments && start.probed.shape.has("shmem_mfill_atomic_pte");
  const auto symbols = needs_mfill ? KernelSymbols::load(start.paths, {"shmem_mfill_atomic_pte"})
                                   : Result<KernelSymbols>(KernelSymbols{});
  const KernelSymbol* mfill = symbols ? symbols->find("shmem_mfill_atomic_pte") : nullptr;
  if (mfill != nullptr && mfill->address && mfill->size) {
    tracer.mfill_start = *mfill->address;
    tracer.mfill_end = *mfill->address + *mfill->size;
  } else if (needs_mfill) {
    plan.blind.push_back("userfaultfd filling shared memory, whose retries are counted as frees: " +
                         why_no_address(symbols, "shmem_mfill_atomic_pte"));
  }
  auto ledger = ExactLedger::start(start.paths, start.probed.shape, plan, tracer);
  if (!ledger) return tl::unexpected(ledger.error());
  return std::move(*ledger);
}

Result<std::unique_ptr<LedgerSource>> start_syscall(const LiveOptions& options, const LiveStart& start) {
  SyscallOptions syscall;
  syscall.table = {options.max_slots, options.max_superblocks};
  syscall.events_per_second = event_rate(options);
  syscall.memcg_identity = start.facts.memory_controller.value_or(false);
  syscall.memcg_v1 = is_memcg_v1(start);
  syscall.has_rdonly_cast = start.probed.shape.has_rdonly_cast;
  syscall.tracepoints = start.probed.shape.tracepoints;
  auto ledger = SyscallLedger::start(syscall);
  if (!ledger) return tl::unexpected(ledger.error());
  return std::move(*ledger);
}

Result<std::unique_ptr<LedgerSource>> start_ledger(const LiveOptions& options, const LiveStart& start) {
  switch (start.decision.mode) {
    case RunMode::Exact: return start_exact(options, start);
    case RunMode::Syscall: return start_syscall(options, start);
    case RunMode::Poll: break;
  }
  return std::unique_ptr<LedgerSource>();
}

// All hooks of a mode that did not start: the one that the error names has it, the others went down with it.
void report_failed_hooks(LiveStart& start, const Error& error) {
  const std::string mode =
      std::string(run_mode_name(start.decision.mode)) + ", " + run_hooks_name(start.decision.hooks);
  bool named = false;
  if (start.decision.mode == RunMode::Exact) {
    for (const Hook& hook : plan_of(start).hooks) {
      const std::string name = std::string(attach_kind_name(hook.kind)) + " " + hook.function;
      const bool is_it = (error.message + ":").find(name + ":") != std::string::npos;
      named = named || is_it;
      start.failed_hooks.push_back({name, false, is_it ? error.message : "the mode did not start", hook.without});
    }
  }
  if (!named) start.failed_hooks.push_back({mode, false, error.message, "all that this mode would count"});
}

// The best mode that starts. What was asked for by name is never replaced.
Result<void> start_best(const LiveOptions& options, LiveStart& start) {
  const bool may_fall = may_fall_back(options.mode, options.hooks);
  for (bool all_probed = false;;) {
    auto decision = decide_mode(start.probed.abilities, options.mode, options.hooks);
    if (!decision) return tl::unexpected(decision.error());
    start.decision = *decision;
    auto ledger = start_ledger(options, start);
    if (ledger) {
      start.ledger = std::move(*ledger);
      return {};
    }
    if (!may_fall) return tl::unexpected(ledger.error());
    report_failed_hooks(start, ledger.error());
    HostAbilities& can = start.probed.abilities;
    add_failure(can, start.decision, ledger.error().message);
    // What is worse than what works on paper has not been tried yet.
    if (all_probed || can.no_raw_tracepoints_reason != kNotTried) continue;
    all_probed = true;
    HostAbilities probed = probe_host(start.facts, true).abilities;
    probed.fentry_failure = can.fentry_failure;
    probed.kprobe_failure = can.kprobe_failure;
    can = std::move(probed);
  }
}

Result<void> start_anew(const LiveOptions& options, bool report, LiveStart& start) {
  if (options.mode != "poll") start.probed = probe_host(start.facts, report || options.mode == "syscall");
  if (auto started = start_best(options, start); !started) return started;
  start.mode = {run_mode_name(start.decision.mode), run_hooks_name(start.decision.hooks), start.decision.reason, {}};
  if (start.ledger) start.counting_since_ns = start.clock_ns(CLOCK_REALTIME);
  if (!start.pins) return {};
  if (!start.ledger) {
    if (auto removed = start.pins->pins.remove_directory(); !removed) return removed;
    start.pins.reset();
    start.mode.reason += "; --pin has nothing to pin";
    if (options.notice) options.notice("mode poll: --pin has nothing to pin");
    return {};
  }
  PinNote& note = start.pins->note;
  note.object = start.decision.mode == RunMode::Exact ? Tracer::object_hash() : SyscallPrograms::object_hash();
  note.mode = start.mode.name;
  note.hooks_kind = start.mode.hooks;
  note.reason = start.mode.reason;
  note.since_ns = *start.counting_since_ns;
  note.facts[kMeasuresMaps] = start.probed.shape.measures_maps;
  return {};
}

Result<void> go_on(LiveStart& start) {
  const PinNote& note = start.pins->note;
  start.ledger = std::move(start.pins->resumed);
  start.resumed = true;
  start.counting_since_ns = note.since_ns;
  start.probed.shape.measures_maps = note.fact(kMeasuresMaps);
  start.mode = {
      note.mode, note.hooks_kind, note.reason + "; goes on with the pinned programs of tmpfstrace " + note.version, {}};
  return {};
}

const char* const kPollBlind[] = {
    "allocations, frees, writes and created files: only the present use of each superblock is known",
    "refusals of any kind: a full superblock is seen, who was refused is not",
    "which cgroup filled which superblock: memory.stat tells the shared memory of a cgroup, not where it lies",
};

const char* const kForeignProcesses =
    "the user stack of a refusal, and which of a superblock's mounts the refused process saw: /proc is of a pid "
    "namespace of its own, where the kernel's process numbers mean others";

}  // namespace

Result<LiveStart> start_live(const LiveOptions& options, bool report) {
  set_libbpf_voice();
  LiveStart start;
  start.paths.root = options.host_root;
  auto facts = probe_kernel_facts(start.paths);
  if (!facts) return tl::unexpected(facts.error());
  start.facts = std::move(*facts);
  if (options.mode != "poll")
    if (auto missing = missing_privilege(start.facts)) return tl::unexpected(*missing);
  auto hierarchy = probe_cgroup_hierarchy(start.paths);
  if (!hierarchy) return tl::unexpected(hierarchy.error());
  start.hierarchy = std::move(*hierarchy);
  if (!options.pin_path.empty()) {
    auto pins = take_pins(options, start.paths, pin_settings(options, start));
    if (!pins) return tl::unexpected(pins.error());
    start.pins.emplace(std::move(*pins));
  }
  if (auto started = start.pins && start.pins->resumed ? go_on(start) : start_anew(options, report, start); !started)
    return tl::unexpected(started.error());
  if (start.ledger) {
    start.mode.blind = start.ledger->blind();
    start.proc_is_initial = is_initial_pid_namespace(start.paths);
    if (!start.proc_is_initial) start.mode.blind.push_back(kForeignProcesses);
  } else {
    start.mode.blind.assign(std::begin(kPollBlind), std::end(kPollBlind));
  }
  return start;
}

}  // namespace tmpfstrace
