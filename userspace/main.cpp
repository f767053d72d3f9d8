// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <langinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <clocale>
#include <cstdio>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <variant>

#include "agent/agent.h"
#include "alert_output.h"
#include "bpf/symbol_worker.h"
#include "complaints.h"
#include "documents.h"
#include "exit_codes.h"
#include "export/audit_text.h"
#include "export/document_filter.h"
#include "heap.h"
#include "layout_file.h"
#include "model/analyst.h"
#include "options.h"
#include "player_feed.h"
#include "row_json.h"
#include "run_loop.h"
#include "sample_feed.h"
#include "signals.h"
#include "sinks.h"
#include "sources/config.h"
#include "sources/live_source.h"
#include "sources/live_unpin.h"
#include "sources/player.h"
#include "sources/recorder.h"
#include "sources/replay_source.h"
#include "top_sink.h"
#include "tui/text.h"
#include "version.h"
#include "web/web_worker.h"

namespace tmpfstrace {
namespace {

// A file of ours that became descriptor 2 would get our messages. Each closed one is opened so that using it fails as
// before.
void occupy_standard_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(fd, F_GETFD) == -1) (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int print(const std::string& text) {
  if (std::fputs(text.c_str(), stdout) != EOF && std::fflush(stdout) == 0) return exit_ok;
  return exit_failed(fail_errno("write to", "standard output", errno).value());
}

Signals::For signals_for(Subcommand command) {
  if (command == Subcommand::agent) return Signals::For::agent;
  return command == Subcommand::top ? Signals::For::screen : Signals::For::lines;
}

std::function<bool()> stop_asked(Subcommand command) {
  return [what = signals_for(command)] { return Signals::stop_pending(what); };
}

LiveOptions live_options(const Options& options, std::function<bool()> stop_requested) {
  return {.mode = options.mode,
          .hooks = options.hooks,
          .max_slots = options.max_slots,
          .max_inodes = options.max_inodes,
          .max_superblocks = options.max_superblocks,
          .event_rate = options.event_rate,
          .events = options.events,
          .pin_path = options.pin ? options.pin_path : std::string(),
          .version = kVersion,
          .notice =
              [](const std::string& what) {
                complain({what, ""});
              },
          .host_root = options.host_root,
          .interval = options.interval,
          .stop_requested = std::move(stop_requested)};
}

RecordingHeader recording_header() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  RecordingHeader header;
  header.start_ns = static_cast<std::uint64_t>(std::chrono::nanoseconds(now).count());
  utsname name{};
  if (uname(&name) == 0) header.kernel = name.release;
  return header;
}

using MaybeConfig = std::optional<Config>;

// With all that is wrong on stderr: nothing.
MaybeConfig load_config(const std::string& path) {
  tl::expected<Config, ConfigProblems> config = read_config(path);
  if (config) return std::move(*config);
  for (const std::string& problem : config.error()) complain({problem, ""});
  return std::nullopt;
}

int check_config(const std::string& path) {
  const MaybeConfig config = load_config(path);
  return config ? print(describe_config(*config)) : exit_usage;
}

VerdictThresholds thresholds_of(const MaybeConfig& config) { return config ? config->thresholds : VerdictThresholds(); }

Result<std::unique_ptr<Sink>> open_json(const Options& options, const MaybeConfig& config, const Signals& signals) {
  Result<DocumentFilter> filter = DocumentFilter::of(options.only, options.fields);
  if (!filter) return tl::unexpected(filter.error());
  std::unique_ptr<AlertOutput> alerts;
  if (config) {
    const auto tell = [](const std::string& complaint) { complain({complaint, ""}); };
    Result<std::unique_ptr<AlertOutput>> opened =
        AlertOutput::open(*config, options.replay.empty(), options.interval, tell);
    if (!opened) return tl::unexpected(opened.error());
    alerts = std::move(*opened);
  }
  return std::make_unique<JsonSink>(LineOutput(STDOUT_FILENO, signals),
                                    Documents(std::move(*filter), std::move(alerts)), thresholds_of(config));
}

// The layout is a convenience: what is wrong with its file ends nothing, and is said.
Result<std::unique_ptr<Sink>> open_top(const MaybeConfig& config, LayoutFile& layout, Result<void>& saved) {
  const Result<ViewState> state = layout.load();
  Result<std::unique_ptr<App>> app = App::create({.state = state.value_or(ViewState()), .to_json = row_to_json});
  if (!app) return tl::unexpected(app.error());
  if (!state) (*app)->tell(Severity::warning, "the layout was not read: " + state.error().message);
  return std::make_unique<TopSink>(std::move(*app), thresholds_of(config),
                                   [&layout, &saved](const ViewState& last) { saved = layout.save(last); });
}

Result<std::unique_ptr<Sink>> open_sink(const Options& options, const MaybeConfig& config, const Signals& signals) {
  if (options.command == Subcommand::record) {
    Result<Recorder> recorder = Recorder::create(options.file, recording_header());
    if (!recorder) return tl::unexpected(recorder.error());
    return std::make_unique<RecordSink>(std::move(*recorder));
  }
  return open_json(options, config, signals);
}

using MakeFeed = std::function<std::unique_ptr<Feed>(Sink&)>;

int run(const MakeFeed& make_feed, const Options& options, const MaybeConfig& config, Signals& signals) {
  const LoopOptions loop{.count = options.count,
                         .duration = options.duration,
                         .last_sample = options.replay.empty() && options.command != Subcommand::top};
  LayoutFile layout(options.layout.value_or(LayoutFile::default_path()));
  Result<void> saved;
  Result<void> done;
  {
    // The screen is given back before anything is written to stderr.
    const Result<std::unique_ptr<Sink>> sink =
        options.command == Subcommand::top ? open_top(config, layout, saved) : open_sink(options, config, signals);
    if (!sink) return exit_failed(sink.error());
    const std::unique_ptr<Feed> feed = make_feed(**sink);
    done = run_loop(*feed, **sink, signals, loop);
  }
  if (!saved) complain({"the layout was not kept: " + saved.error().message, "--layout FILE names another file"});
  return done ? exit_ok : exit_failed(done.error());
}

int run_source(SampleSource& source, const Options& options, const MaybeConfig& config, Signals& signals) {
  const auto make_feed = [&](Sink& sink) { return std::make_unique<SampleFeed>(source, sink, options.events); };
  return run(make_feed, options, config, signals);
}

int exit_unplayed(const Error& error) {
  complain(error);
  return error.code == EBADMSG ? exit_damaged : exit_failure;
}

int exit_played(int code, const std::optional<std::string>& damage) {
  if (code != exit_ok || !damage) return code;
  complain({*damage, "what precedes it was played"});
  return exit_damaged;
}

int run_replay(const Options& options, const MaybeConfig& config, Signals& signals) {
  const auto source = ReplaySource::open(options.replay);
  if (!source) return exit_unplayed(source.error());
  const int code = run_source(**source, options, config, signals);
  return exit_played(code, (*source)->damage());
}

int run_player(const Options& options, const MaybeConfig& config, Signals& signals) {
  const auto player = Player::open(
      options.replay, {.speed = options.speed, .events = options.events, .thresholds = thresholds_of(config)});
  if (!player) return exit_unplayed(player.error());
  const auto make_feed = [&](Sink& sink) { return std::make_unique<PlayerFeed>(**player, sink); };
  const int code = run(make_feed, options, config, signals);
  return exit_played(code, (*player)->damage());
}

int run_live(const Options& options, const MaybeConfig& config, Signals& signals) {
  const auto source = open_live_source(live_options(options, stop_asked(options.command)));
  if (!source) return exit_refused(source.error());
  return run_source(**source, options, config, signals);
}

int run_agent_command(const Options& options, const MaybeConfig& config, Signals& signals) {
  return run_agent(options, live_options(options, stop_asked(options.command)), config, signals);
}

int run_doctor_command(const Options& options) {
  const Result<DoctorReport> report = run_doctor(live_options(options, {}), options.pin_path);
  if (!report) return exit_refused(report.error());
  const int printed = print(options.json_report ? report->json + "\n" : report->text);
  return printed == exit_ok ? report->exit_code : printed;
}

// What mountinfo, statfs and the memory controller say by themselves.
int run_audit(const Options& options) {
  LiveOptions live = live_options(options, stop_asked(options.command));
  live.mode = "poll";
  const auto source = open_live_source(live);
  if (!source) return exit_refused(source.error());
  Result<std::optional<Sample>> sample = (*source)->next_sample();
  if (!sample) return exit_failed(sample.error());
  Analyst analyst;
  const std::shared_ptr<const Snapshot> snapshot = analyst.add(std::move(**sample));
  if (options.json_report) {
    if (const int printed = print(audit_to_json(*snapshot) + "\n"); printed != exit_ok) return printed;
  } else {
    std::setlocale(LC_CTYPE, "");
    const Charset charset = std::strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ? Charset::Utf8 : Charset::Ascii;
    std::string text;
    std::istringstream lines(audit_to_text(*snapshot));
    for (std::string line; std::getline(lines, line);) text += sanitize(line, charset) + "\n";
    if (const int printed = print(text); printed != exit_ok) return printed;
  }
  int code = exit_ok;
  for (const SuperblockView& view : snapshot->superblocks) {
    const auto worst = worst_of(*snapshot, view.info.id);
    if (worst == Severity::critical) return exit_audit_critical;
    if (worst == Severity::warning) code = exit_audit_warning;
  }
  return code;
}

int run_unpin(const Options& options) {
  const Result<std::string> removed = unpin(options.pin_path);
  return removed ? print(*removed) : exit_refused(removed.error());
}

int run_command(const Options& options) {
  if (!options.check_config.empty()) return check_config(options.check_config);
  if (options.command == Subcommand::audit) return run_audit(options);
  if (options.command == Subcommand::doctor) return run_doctor_command(options);
  if (options.command == Subcommand::unpin) return run_unpin(options);
  MaybeConfig config;
  if (!options.config.empty() && !(config = load_config(options.config))) return exit_usage;
  Result<Signals> signals = Signals::create(signals_for(options.command));
  if (!signals) return exit_failed(signals.error());
  if (options.command == Subcommand::agent) return run_agent_command(options, config, *signals);
  if (options.replay.empty()) return run_live(options, config, *signals);
  return options.command == Subcommand::top ? run_player(options, config, *signals)
                                            : run_replay(options, config, *signals);
}

}  // namespace
}  // namespace tmpfstrace

int main(int argc, char** argv) {
  using namespace tmpfstrace;
  occupy_standard_descriptors();
  try {
    if (argc == 2 && std::strcmp(argv[1], kSymbolWorkerArgument) == 0) return run_symbol_worker(STDIN_FILENO);
    if (argc == 2 && std::strcmp(argv[1], kWebWorkerArgument) == 0) return run_web_worker(STDIN_FILENO);
    const bool on_terminal = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1;
    const std::variant<Options, EarlyExit> parsed = parse_options(argc, argv, on_terminal);
    if (const auto* options = std::get_if<Options>(&parsed)) {
      // An agent sleeps for most of the time: what a sample needed is of more use to others until the next.
      if (options->command != Subcommand::agent) keep_freed_memory();
      return run_command(*options);
    }
    const EarlyExit& early = std::get<EarlyExit>(parsed);
    if (early.code == exit_ok) return print(early.text);
    std::fputs(early.text.c_str(), stderr);
    return early.code;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tmpfstrace: %s\n", error.what());
    return exit_failure;
  }
}
