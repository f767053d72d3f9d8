// SPDX-License-Identifier: Apache-2.0
// `doctor`: what this host allows, which mode follows, each hook attached or why not, and what it costs.
#include <fmt/format.h>

#include <chrono>
#include <iterator>
#include <nlohmann/json.hpp>
#include <thread>

#include "exit_codes.h"
#include "export/json_self.h"
#include "sources/live_cost.h"
#include "sources/live_pinned.h"
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

struct DoctorCost {
  SelfView self;
  std::vector<LiveCost::MapBytes> maps;
};

// A second in which the kernel counts the runs of the attached programs.
DoctorCost measure_cost(const LiveStart& start) {
  LiveCost cost(start.paths, start.ledger ? start.ledger->objects() : nullptr, start.probed.shape.measures_maps);
  if (start.ledger) {
    cost.begin_window();
    std::this_thread::sleep_for(std::chrono::seconds(1));
    cost.end_window();
  }
  return {derive_self(cost.read(Symbols()), nullptr, 0), cost.read_maps()};
}

template <typename Number>
std::string or_unknown(const std::optional<Number>& number, fmt::format_string<const Number&> format) {
  return number ? fmt::format(format, *number) : "?";
}

std::string percent_text(const std::optional<double>& share) {
  return share ? fmt::format("{:.3f}%", *share * 100) : "?";
}

void add_programs(std::string& text, const SelfView& self) {
  auto line = std::back_inserter(text);
  if (!self.cost.window) {
    fmt::format_to(line, "programs     not counted: {}\n", self.cost.no_window);
    return;
  }
  const ProgramWindow& window = *self.cost.window;
  fmt::format_to(line, "programs     {} of a CPU, {} runs/s, within {:.2f} s\n", percent_text(self.program_share),
                 or_unknown(self.runs_per_second, "{:.0f}"), static_cast<double>(length_ns(window)) / 1e9);
  fmt::format_to(line, "  {:>9}  {:>9}  {:>9}\n", "runs/s", "ns/run", "of a CPU");
  for (const ProgramRuns& program : by_cost(window))
    fmt::format_to(line, "  {:>9}  {:>9}  {:>9}  {}\n", or_unknown(per_second(program, window), "{:.0f}"),
                   program.runs == 0 ? "-" : or_unknown(ns_per_run(program), "{:.0f}"),
                   percent_text(share_of(program, window)), program.name);
}

void add_cost(std::string& text, const DoctorCost& cost) {
  auto line = std::back_inserter(text);
  const ProcessCost& process = cost.self.cost.process;
  fmt::format_to(line, "this process {} bytes resident, {} of them private\n", or_unknown(process.rss_bytes, "{}"),
                 or_unknown(process.private_bytes, "{}"));
  if (!cost.maps.empty())
    fmt::format_to(line, "maps         {} bytes{}\n", or_unknown(cost.self.cost.map_bytes, "{}"),
                   cost.self.cost.map_bytes_measured ? "" : ", a rough estimate of what they may grow to");
  for (const LiveCost::MapBytes& map : cost.maps)
    fmt::format_to(line, "  {:>9}  {}\n", or_unknown(map.bytes, "{}"), map.name);
  add_programs(text, cost.self);
}

std::string report_text(const LiveStart& start, const DoctorCost& cost, const PinnedView& pinned) {
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
  text += pinned_text(pinned);
  add_cost(text, cost);
  return text;
}

std::string self_json(const SelfView& self) {
  JsonWriter json;
  write_self(json, self);
  return json.take();
}

std::string report_json(const LiveStart& start, const DoctorCost& cost, const PinnedView& pinned) {
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
  ordered_json maps = ordered_json::array();
  for (const LiveCost::MapBytes& map : cost.maps)
    maps.push_back({{"name", map.name}, {"bytes", map.bytes ? ordered_json(*map.bytes) : ordered_json()}});
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
                         {"blind", start.mode.blind},
                         {"pinned", pinned_json(pinned)},
                         {"self", ordered_json::parse(self_json(cost.self))},
                         {"maps", maps}};
  return report.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace

Result<DoctorReport> run_doctor(const LiveOptions& options, const std::string& pin_path) {
  auto start = start_live(options, true);
  if (!start) return tl::unexpected(start.error());
  const DoctorCost cost = measure_cost(*start);
  const PinnedView pinned = look_at_pinned(start->paths, pin_path);
  return DoctorReport{report_text(*start, cost, pinned), report_json(*start, cost, pinned),
                      exit_code_of(start->decision.mode)};
}

}  // namespace tmpfstrace
