// SPDX-License-Identifier: Apache-2.0
// `doctor`: what this host allows, which mode follows, and each hook attached or why not.
#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>

#include "exit_codes.h"
#include "sources/live_start.h"

namespace tmpfstrace {
namespace {

int exit_code_of(RunMode mode) {
  switch (mode) {
    case RunMode::Exact: return exit_ok;
    case RunMode::Syscall: return exit_doctor_syscall;
    case RunMode::Poll: return exit_doctor_poll;
  }
  return exit_failure;
}

const char* layout_name(CgroupLayout layout) {
  switch (layout) {
    case CgroupLayout::V2: return "v2";
    case CgroupLayout::V1: return "v1";
    case CgroupLayout::Hybrid: return "hybrid";
    case CgroupLayout::None: return "none";
  }
  return "?";
}

std::string able(bool yes, const std::string& why_not) {
  if (yes) return "yes";
  return why_not == kNotTried ? why_not : "no: " + why_not;
}

std::vector<HookReport> all_hooks(const LiveStart& start) {
  std::vector<HookReport> hooks = start.failed_hooks;
  if (start.ledger)
    for (HookReport& hook : start.ledger->hooks()) hooks.push_back(std::move(hook));
  return hooks;
}

std::string report_text(const LiveStart& start) {
  std::string text;
  auto line = std::back_inserter(text);
  const HostAbilities& can = start.probed.abilities;
  fmt::format_to(line, "mode         {}{}{}\n", start.mode.name, start.mode.hooks.empty() ? "" : ", ",
                 start.mode.hooks);
  fmt::format_to(line, "reason       {}\n", start.mode.reason);
  fmt::format_to(line, "kernel       {} ({})\n", start.facts.release, start.facts.version);
  fmt::format_to(line, "preemption   {}\n", can.preemption.empty() ? kNotTried : can.preemption);
  fmt::format_to(line, "BTF          {}\n", able(can.btf, can.no_btf_reason));
  fmt::format_to(line, "fentry       {}\n", able(can.fentry, can.no_fentry_reason));
  fmt::format_to(line, "kprobes      {}\n", able(can.kprobes, can.no_kprobes_reason));
  fmt::format_to(line, "raw tracing  {}\n", able(can.raw_tracepoints, can.no_raw_tracepoints_reason));
  fmt::format_to(line, "cgroups      {}{}\n", layout_name(start.hierarchy.layout),
                 start.facts.memory_controller.value_or(false) ? ", memory controller" : ", no memory controller");
  const std::vector<HookReport> hooks = all_hooks(start);
  if (!hooks.empty()) fmt::format_to(line, "hooks\n");
  for (const HookReport& hook : hooks) {
    if (hook.attached)
      fmt::format_to(line, "  attached   {}\n", hook.name);
    else
      fmt::format_to(line, "  MISSING    {}: {}; not seen: {}\n", hook.name, hook.why_not, hook.without);
  }
  if (!start.mode.blind.empty()) {
    fmt::format_to(line, "not seen\n");
    for (const std::string& blind : start.mode.blind) fmt::format_to(line, "  {}\n", blind);
  }
  return text;
}

std::string report_json(const LiveStart& start) {
  using nlohmann::ordered_json;
  const HostAbilities& can = start.probed.abilities;
  auto ability = [](bool yes, const std::string& why_not) {
    const bool tried = yes || why_not != kNotTried;
    return ordered_json{{"works", tried ? ordered_json(yes) : ordered_json()},
                        {"why_not", yes ? ordered_json() : ordered_json(why_not)}};
  };
  ordered_json hooks = ordered_json::array();
  for (const HookReport& hook : all_hooks(start))
    hooks.push_back({{"name", hook.name},
                     {"attached", hook.attached},
                     {"why_not", hook.attached ? ordered_json() : ordered_json(hook.why_not)},
                     {"without", hook.without}});
  ordered_json report = {{"schema", "tmpfstrace/1"},
                         {"type", "doctor"},
                         {"mode", start.mode.name},
                         {"hooks_kind", start.mode.hooks.empty() ? ordered_json() : ordered_json(start.mode.hooks)},
                         {"reason", start.mode.reason},
                         {"kernel", start.facts.release},
                         {"cgroup_layout", layout_name(start.hierarchy.layout)},
                         {"preemption", can.preemption.empty() ? ordered_json() : ordered_json(can.preemption)},
                         {"btf", ability(can.btf, can.no_btf_reason)},
                         {"fentry", ability(can.fentry, can.no_fentry_reason)},
                         {"kprobes", ability(can.kprobes, can.no_kprobes_reason)},
                         {"raw_tracepoints", ability(can.raw_tracepoints, can.no_raw_tracepoints_reason)},
                         {"hooks", hooks},
                         {"blind", start.mode.blind}};
  return report.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace

Result<DoctorReport> run_doctor(const LiveOptions& options) {
  auto start = start_live(options, true);
  if (!start) return tl::unexpected(start.error());
  return DoctorReport{report_text(*start), report_json(*start), exit_code_of(start->decision.mode)};
}

}  // namespace tmpfstrace
