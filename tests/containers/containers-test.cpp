// SPDX-License-Identifier: Apache-2.0
//
// containers-test: on a node with real containers, as root of a guest that is thrown away: it makes a cgroup tree,
// mounts tmpfs and sets the clock. Exit code 0 when every case passed.
#include <sys/utsname.h>

#include <cstdio>
#include <optional>

#include "lib/alertmanager.h"
#include "lib/cases.h"
#include "lib/incident.h"
#include "lib/report.h"
#include "lib/tool.h"
#include "lib/util.h"

namespace {

using namespace containers;

constexpr const char* kConfig = "/etc/tmpfstrace.toml";

// The hold times after the end are shorter than their defaults, nothing else.
void write_config(const Alertmanager& alertmanager) {
  write_text(kConfig,
             "[rules.refused]\nkeep_firing_for = \"2s\"\n[alertmanager]\nurl = \"" + alertmanager.url() + "\"\n");
}

}  // namespace

int main() {
  utsname kernel;
  ::uname(&kernel);
  std::printf("kernel %s\n", kernel.release);
  std::fflush(stdout);
  Cases cases;
  std::optional<Incident> incident;
  std::optional<Alertmanager> alertmanager;
  std::optional<Tool> tool;
  cases.run("node", [&](Report& report) {
    incident.emplace();
    alertmanager.emplace();
    write_config(*alertmanager);
    tool.emplace(kConfig);
    report.expect(tool->wait_for_samples(5, std::chrono::seconds(120)), "the tool gives no samples");
    report.number("a pod with 16,334 sessions, an Alertmanager, five samples");
  });
  if (!tool) return cases.finish();
  cases.run("incident", [&](Report& report) { incident->is_told(*tool, report); });
  cases.run("alert-firing", [&](Report& report) { incident->is_firing(*alertmanager, report); });
  cases.run("inversion", [&](Report& report) { limit_inversion(*tool, report); });
  cases.run("forecast", [&](Report& report) { forecast_of_a_steady_writer(*tool, report); });
  cases.run("alert-resolved", [&](Report& report) { incident->is_over(*alertmanager, report); });
  return cases.finish();
}
