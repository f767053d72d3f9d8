// SPDX-License-Identifier: Apache-2.0
#include "tui/view_self.h"

#include <fmt/format.h>

#include "tui/format.h"

namespace tmpfstrace {
namespace {

std::string memory_text(const ProcessCost& process) {
  return fmt::format("{} resident, {} of it private", format_bytes(process.rss_bytes),
                     format_bytes(process.private_bytes));
}

void add_programs(std::vector<std::string>& lines, const SelfView& self) {
  if (!self.cost.window) {
    lines.push_back("programs: not counted, " + self.cost.no_window);
    return;
  }
  const ProgramWindow& window = *self.cost.window;
  lines.push_back(fmt::format("programs: {} of a CPU, {} runs/s, counted within {:.1f} s each minute",
                              format_share(self.program_share), format_rate(self.runs_per_second),
                              static_cast<double>(length_ns(window)) / 1e9));
  for (const ProgramRuns& program : by_cost(window)) {
    if (program.runs == 0) continue;
    lines.push_back(fmt::format("{}: {} of a CPU, {} runs/s of {:.0f} ns", program.name,
                                format_share(share_of(program, window)), format_rate(per_second(program, window)),
                                ns_per_run(program).value_or(0)));
  }
}

}  // namespace

std::vector<std::string> self_texts(const SelfView& self) {
  const SelfCost& cost = self.cost;
  const std::string cpu = "self " + format_share(self.cpu_share);
  const std::string rss = format_bytes(cost.process.rss_bytes);
  // Without programs there is nothing that could be known of them.
  const std::string bpf = cost.map_bytes ? " bpf " + format_share(self.program_share) : "";
  const std::string maps = cost.map_bytes ? " maps " + format_bytes(cost.map_bytes) : "";
  return {cpu + " cpu " + rss + maps + bpf, cpu + " " + rss + bpf, cpu + bpf};
}

std::vector<std::string> self_lines(const SelfView& self) {
  const SelfCost& cost = self.cost;
  std::vector<std::string> lines;
  lines.push_back(fmt::format("this process and its reader of symbols: {} of a CPU", format_share(self.cpu_share)));
  lines.push_back("this process: " + memory_text(cost.process) + "; mapped BPF maps are in it");
  if (cost.worker.rss_bytes) lines.push_back("reader of symbols: " + memory_text(cost.worker));
  if (cost.map_bytes)
    lines.push_back(fmt::format("BPF maps: {}{}", format_bytes(cost.map_bytes),
                                cost.map_bytes_measured ? "" : ", a rough estimate of what they may grow to"));
  add_programs(lines, self);
  return lines;
}

}  // namespace tmpfstrace
