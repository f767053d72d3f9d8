// SPDX-License-Identifier: Apache-2.0
#include "export/json_self.h"

#include <string>

namespace tmpfstrace {
namespace {

void write_process(JsonWriter& json, const ProcessCost& process) {
  json.field("cpu_ns", process.cpu_ns);
  json.field("rss_bytes", process.rss_bytes);
  json.field("private_bytes", process.private_bytes);
}

void write_programs(JsonWriter& json, const SelfView& self) {
  const ProgramWindow& window = *self.cost.window;
  json.begin_object();
  json.field("window_start_ns", window.start_ns);
  json.field("window_ns", length_ns(window));
  json.field("cpu_share", self.program_share);
  json.field("runs_per_second", self.runs_per_second);
  json.key("list");
  json.begin_array();
  for (const ProgramRuns& program : window.programs) {
    json.begin_object();
    json.field("name", program.name);
    json.field("runs", program.runs);
    json.field("run_time_ns", program.run_time_ns);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

}  // namespace

void write_self(JsonWriter& json, const SelfView& self) {
  const SelfCost& cost = self.cost;
  json.begin_object();
  json.field("cpu_share", self.cpu_share);
  write_process(json, cost.process);
  json.key("worker");
  json.begin_object();
  write_process(json, cost.worker);
  json.end_object();
  json.field("map_bytes", cost.map_bytes);
  json.field("map_bytes_measured", cost.map_bytes ? std::optional(cost.map_bytes_measured) : std::nullopt);
  json.key("programs");
  if (cost.window)
    write_programs(json, self);
  else
    json.null();
  json.field("programs_why_not", cost.window ? std::nullopt : std::optional(cost.no_window));
  json.end_object();
}

}  // namespace tmpfstrace
