// SPDX-License-Identifier: Apache-2.0
#include "options_agent.h"

#include <cstdint>
#include <string_view>
#include <utility>

#include "option_kinds.h"

namespace tmpfstrace {
namespace {

// "100MiB", "64KiB", "4096". Absent: no size.
std::optional<std::uint64_t> parse_size(std::string_view text) {
  unsigned shift = 0;
  const std::pair<std::string_view, unsigned> units[] = {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}};
  for (const auto& [unit, of] : units) {
    if (!text.ends_with(unit)) continue;
    text.remove_suffix(unit.size());
    shift = of;
  }
  const auto number = parse_number<std::uint64_t>(text);
  return number && *number <= (std::uint64_t{1} << 40) >> shift ? std::optional(*number << shift) : std::nullopt;
}

void add_size(CLI::App& app, const std::string& name, std::uint64_t& target, const char* description) {
  add_parsed(app, name, target, parse_size, "SIZE", description, "a size up to 1024GiB (units KiB, MiB, GiB)");
}

}  // namespace

void add_agent_options(CLI::App& agent, AgentOptions& options) {
  // The names of Prometheus' exporter-toolkit, where it has one.
  agent
      .add_option("--web.listen-address", options.listen_addresses,
                  "Where to serve: HOST:PORT, or :PORT for every address; may be repeated (default 127.0.0.1:10059)")
      ->type_name("ADDRESS")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  agent.add_flag("--web.systemd-socket", options.systemd_socket, "Serve on the sockets of a systemd socket unit")
      ->disable_flag_override();
  agent.add_option("--web.config.file", options.web_config, "TLS, users and headers, in the form of exporter-toolkit")
      ->type_name("FILE");
  agent.add_option("--web.telemetry-path", options.telemetry_path, "Where the metrics are (default /metrics)")
      ->type_name("PATH");
  add_number<std::uint32_t>(agent, "--web.max-requests", options.max_requests, 0, 10'000, "N",
                            "Scrapes at once, 0 for any number (default 40)");
  add_number<std::uint32_t>(agent, "--web.max-connections", options.max_connections, 1, 10'000, "N",
                            "Connections at once (default 512)");
  agent.add_flag("--no-web", options.no_web, "Serve nothing: JSON lines and alerts only")->disable_flag_override();
  agent.add_option("--json", options.lines, "JSON lines to a file, too; - for standard output")->type_name("FILE");
  add_size(agent, "--json-max-size", options.lines_max_bytes,
           "Rotate that file before it grows larger; 0: never (default 100MiB)");
  add_number<std::uint32_t>(agent, "--json-files", options.lines_files, 1, 1000, "N",
                            "Keep so many of them: FILE, FILE.1… (default 5)");
  agent.add_flag("--metrics.all", options.all_superblocks, "Metrics of idle and nearly empty superblocks, too")
      ->disable_flag_override();
  add_size(agent, "--metrics.min-used", options.min_used_bytes,
           "What uses less and was refused nothing has no metrics (default 1MiB)");
  add_number<std::uint32_t>(agent, "--metrics.max-superblocks", options.max_superblocks, 1, 100'000, "N",
                            "Superblocks with metrics of their own; the others are summed up (default 1000)");
  agent
      .add_flag("--program-times", options.program_times,
                "Have the kernel measure our programs now and then, which takes CAP_SYS_ADMIN for good")
      ->disable_flag_override();
  agent.add_flag("--no-sandbox", options.no_sandbox, "Keep every privilege and system call after the start")
      ->disable_flag_override();
}

std::optional<std::string> find_agent_conflict(const CLI::App& agent, const Options& options) {
  const auto given = [&agent](const char* option) { return agent.count(option) != 0; };
  for (const char* option : {"--web.listen-address", "--web.systemd-socket", "--web.config.file",
                             "--web.telemetry-path", "--web.max-requests", "--web.max-connections"})
    if (options.agent.no_web && given(option)) return std::string(option) + " has no meaning with --no-web";
  if (options.agent.systemd_socket && given("--web.listen-address"))
    return "--web.systemd-socket hands in the addresses: leave out --web.listen-address";
  if (!options.agent.telemetry_path.starts_with('/')) return "--web.telemetry-path begins with /";
  if (given("--web.config.file") && options.agent.web_config.empty())
    return "--web.config.file: the file name is empty";
  if (given("--json") && options.agent.lines.empty()) return "--json: the file name is empty";
  for (const char* option : {"--json-max-size", "--json-files"})
    if (given(option) && (options.agent.lines.empty() || options.agent.lines == "-"))
      return std::string(option) + " needs --json FILE";
  if ((!options.only.empty() || !options.fields.empty()) && options.agent.lines.empty())
    return "--only and --field need --json: they choose what its lines hold";
  return std::nullopt;
}

}  // namespace tmpfstrace
