// SPDX-License-Identifier: Apache-2.0
#include "agent/agent.h"

#include <sys/utsname.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include "agent/agent_sink.h"
#include "agent/log.h"
#include "agent/sandbox.h"
#include "agent/service_manager.h"

#include "alert_output.h"
#include "complaints.h"
#include "exit_codes.h"
#include "host/clock.h"
#include "run_loop.h"
#include "sample_feed.h"
#include "version.h"
#include "web/listen_address.h"

namespace tmpfstrace {
namespace {

std::uint64_t in_ns(std::chrono::milliseconds duration) {
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(duration).count());
}

// As Kubernetes knows it, where the manifest says so; else as it knows itself.
std::string node_name() {
  const char* name = std::getenv("NODE_NAME");
  if (name != nullptr && *name != '\0') return name;
  utsname self{};
  return uname(&self) == 0 ? static_cast<const char*>(self.nodename) : "";
}

Result<std::unique_ptr<WebServer>> start_web(const Options& options, const Log& log) {
  const AgentOptions& agent = options.agent;
  WebOptions web;
  web.listen_addresses = agent.listen_addresses;
  if (web.listen_addresses.empty()) web.listen_addresses = {fmt::format("127.0.0.1:{}", kDefaultWebPort)};
  web.systemd_socket = agent.systemd_socket;
  web.telemetry_path = agent.telemetry_path;
  web.config_file = agent.web_config;
  web.max_requests = agent.max_requests;
  web.max_connections = agent.max_connections;
  web.log = [&log](const std::string& text) { log.write(LogLevel::warning, text); };
  // Two samples may be missed before /healthz says so.
  web.stale_after = 3 * options.interval + std::chrono::seconds(5);
  return WebServer::start(std::move(web));
}

Result<Documents> make_documents(const Options& options, const std::optional<Config>& config, const Log& log) {
  Result<DocumentFilter> filter = DocumentFilter::of(options.only, options.fields);
  if (!filter) return tl::unexpected(filter.error());
  if (!config) return Documents(std::move(*filter), nullptr);
  const auto tell = [&log](const std::string& complaint) { log.write(LogLevel::warning, complaint); };
  auto alerts = AlertOutput::open(*config, true, options.interval, tell);
  if (!alerts) return tl::unexpected(alerts.error());
  return Documents(std::move(*filter), std::move(*alerts));
}

Result<AgentParts> make_parts(const Options& options, const std::optional<Config>& config, const Log& log) {
  const AgentOptions& agent = options.agent;
  AgentParts parts;
  parts.limits.all = agent.all_superblocks;
  parts.limits.min_used_bytes = agent.min_used_bytes;
  parts.limits.max_superblocks = agent.max_superblocks;
  parts.facts.version = kVersion;
  parts.facts.interval_ns = in_ns(options.interval);
  parts.facts.process_start_ns = read_clock_ns(CLOCK_REALTIME);
  if (config) parts.thresholds = config->thresholds;
  // First what listens, while nothing is held that it could inherit; and so that a port in use ends us at once.
  if (!agent.no_web) {
    auto web = start_web(options, log);
    if (!web) return tl::unexpected(web.error());
    parts.web = std::move(*web);
    parts.page = {
        .host = node_name(), .version = kVersion, .telemetry_path = agent.telemetry_path, .interval = options.interval};
    log.write(LogLevel::info, "serves on " + parts.web->addresses());
    parts.web->set_ready(false, "the programs are being attached, and what exists is being looked up");
  }
  if (!agent.lines.empty()) {
    Result<LineFile> lines = LineFile::open({agent.lines, agent.lines_max_bytes, agent.lines_files});
    if (!lines) return tl::unexpected(lines.error());
    parts.lines = std::move(*lines);
  }
  return parts;
}

}  // namespace

int run_agent(const Options& options, const LiveOptions& live, const std::optional<Config>& config, Signals& signals) {
  const Log log;
  const Result<ServiceManager> manager = ServiceManager::from_environment();
  if (!manager) return exit_failed(manager.error());
  Result<AgentParts> parts = make_parts(options, config, log);
  if (!parts) return exit_failed(parts.error());
  const auto source = open_live_source(live);
  if (!source) return exit_refused(source.error());
  parts->facts.tables = (*source)->tables();
  if (!options.agent.no_sandbox) {
    (*source)->before_confinement();
    const auto left = enter_sandbox({.web = !options.agent.no_web,
                                     .alerts = config && (config->alertmanager || config->webhook),
                                     .program_times = options.agent.program_times});
    if (!left) return exit_failed(left.error());
    log.write(LogLevel::info, fmt::format("capabilities left: {}", fmt::join(*left, " ")));
  }
  // Those who send alerts are threads: they begin inside.
  Result<Documents> documents = make_documents(options, config, log);
  if (!documents) return exit_failed(documents.error());
  parts->documents = std::move(*documents);
  auto sink = AgentSink::create(std::move(*parts), log, *manager);
  if (!sink) return exit_failed(sink.error());
  SampleFeed feed(**source, **sink, options.events);
  const Result<void> done =
      run_loop(feed, **sink, signals, {.count = options.count, .duration = options.duration, .last_sample = true});
  return done ? exit_ok : exit_failed(done.error());
}

}  // namespace tmpfstrace
