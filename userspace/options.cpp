// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include "exit_codes.h"
#include "export/document_filter.h"
#include "export/field_selection.h"
#include "option_kinds.h"
#include "options_agent.h"
#include "options_help.h"
#include "tui/text.h"
#include "version.h"

namespace tmpfstrace {
namespace {

constexpr milliseconds longest_duration{366LL * 24 * 3'600'000};
constexpr std::uint64_t most_samples = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint32_t largest_map = 16'777'216;
constexpr std::uint32_t most_events = 1'000'000;

void add_filters(CLI::App& app, Options& options) {
  const auto check_types = [](const std::vector<std::string>& types) -> std::optional<std::string> {
    for (const std::string& type : types)
      if (std::ranges::find(document_types, type) == std::end(document_types))
        return fmt::format("'{}' is not one of {}", type, fmt::join(document_types, ", "));
    return std::nullopt;
  };
  const auto check_fields = [](const std::vector<std::string>& paths) -> std::optional<std::string> {
    const Result<FieldSelection> selection = FieldSelection::of(paths);
    return selection ? std::nullopt : std::optional(selection.error().message);
  };
  add_list(app, "--only", options.only, check_types, "TYPE,...",
           "json, agent: print only documents of these types: sample, event, alert");
  add_list(app, "--field", options.fields, check_fields, "NAME,...",
           "json, agent: print only these fields, such as totals or verdicts.text");
}

struct Commands {
  CLI::App* top;
  CLI::App* json;
  CLI::App* record;
  CLI::App* agent;
  CLI::App* doctor;
  CLI::App* audit;
  CLI::App* unpin;
};

void add_sampling(CLI::App& app, Options& options) {
  add_time(app, "--interval", options.interval, longest_interval,
           "Between two samples, 100ms to 60m (default 1s; agent: 10s)", "a time from 100ms to 60m (units ms, s, m)");
  add_number<std::uint64_t>(app, "--count", options.count, 1, most_samples, "N", "Stop after N samples");
  app.add_flag_callback(
         "--once", [&options] { options.count = 1; }, "Stop after one sample: --count 1")
      ->disable_flag_override();
  add_time(app, "--duration", options.duration, longest_duration, "Stop after this time, with one last sample",
           "a time from 100ms to 527040m (units ms, s, m)");
}

void add_tracing(CLI::App& app, Options& options) {
  const auto add_choice = [&app](const char* name, std::string& target, std::set<std::string> words,
                                 const char* description) {
    const auto parse = [words](const std::string& text) {
      return words.count(text) != 0 ? std::optional(text) : std::nullopt;
    };
    add_parsed(app, name, target, parse, "WORD", description, "one of " + fmt::format("{}", fmt::join(words, ", ")));
  };
  add_choice("--mode", options.mode, {"auto", "exact", "syscall", "poll"},
             "auto, exact, syscall or poll (default auto: the best this host allows)");
  add_choice("--hooks", options.hooks, {"auto", "fentry", "kprobe"}, "auto, fentry or kprobe (default auto)");
  add_number<std::uint32_t>(app, "--max-slots", options.max_slots, 1, largest_map, "N",
                            "Pairs of cgroup and superblock to count apart (default 24576; agent: 8192)");
  add_number<std::uint32_t>(app, "--max-inodes", options.max_inodes, 1, largest_map, "N",
                            "Inodes to follow (default 1048576)");
  add_number<std::uint32_t>(app, "--max-superblocks", options.max_superblocks, 1, largest_map, "N",
                            "Superblocks to count apart (default 8192)");
  add_number<std::uint32_t>(app, "--event-rate", options.event_rate, 0, most_events, "N",
                            "Refusals in detail, each second per cgroup, superblock and cause (default 10)");
  app.add_flag("--pin", options.pin, "Go on counting when this ends, and next time go on from there; see unpin")
      ->disable_flag_override();
  app.add_option("--pin-path", options.pin_path,
                 "With --pin, unpin, doctor: where, on a BPF file system (default /sys/fs/bpf/tmpfstrace)")
      ->type_name("DIR");
}

// The options of the program stand before or after the command, but not all say something to each.
bool has_meaning(Subcommand command, const std::string& option) {
  const auto is = [&option](std::initializer_list<const char*> names) {
    return std::find(names.begin(), names.end(), option) != names.end();
  };
  switch (command) {
    case Subcommand::top: return !is({"--check-config", "--only", "--field"});
    case Subcommand::json: return !is({"--speed", "--layout", "--check-config"});
    case Subcommand::agent: return !is({"--speed", "--layout", "--replay", "--check-config"});
    case Subcommand::record:
      return !is({"--speed", "--layout", "--replay", "--config", "--check-config", "--only", "--field"});
    case Subcommand::doctor:
      return !is({"--speed", "--layout", "--replay", "--interval", "--count", "--once", "--duration", "--host-root",
                  "--config", "--check-config", "--only", "--field", "--pin"});
    case Subcommand::audit: return is({"--host-root"});
    case Subcommand::unpin: return is({"--pin-path"});
  }
  return true;
}

// Those of the program but --help and --version.
std::vector<std::string> common_options(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    if (option != app.get_help_ptr() && option != app.get_version_ptr()) names.push_back(option->get_name());
  }
  return names;
}

std::string command_footer(const CLI::App& app, Subcommand command, const char* examples) {
  std::string text = "Takes also, explained by tmpfstrace --help:\n ";
  for (const std::string& name : common_options(app)) {
    if (has_meaning(command, name)) text += " " + name;
  }
  return text + "\n" + examples;
}

Commands add_commands(CLI::App& app, Options& options) {
  app.fallthrough();
  const auto add = [&app](Subcommand which, const char* name, const char* description, const char* examples) {
    CLI::App* command = app.add_subcommand(name, description);
    command->fallthrough()->footer(command_footer(app, which, examples));
    return command;
  };
  Commands commands{
      add(Subcommand::top, "top", "Live view on a terminal", top_examples),
      add(Subcommand::json, "json", "One JSON document a line on standard output", json_examples),
      add(Subcommand::record, "record", "Record raw samples to a file", record_examples),
      add(Subcommand::agent, "agent", "Watch a node for good: metrics, alerts and a page by HTTP", agent_examples),
      add(Subcommand::doctor, "doctor", "Say what this host allows and what is missing", doctor_examples),
      add(Subcommand::audit, "audit", "Every tmpfs of this host by risk, with what to do", audit_examples),
      add(Subcommand::unpin, "unpin", "End what --pin keeps counting, and remove it", unpin_examples)};
  commands.record->add_option("FILE", options.file, "Where to; compressed when it ends in .zst; replaced if it exists")
      ->required();
  add_agent_options(*commands.agent, options.agent);
  for (CLI::App* command : {commands.doctor, commands.audit})
    command->add_flag("--json", options.json_report, "The report as JSON");
  return commands;
}

const char* command_name(Subcommand command) {
  switch (command) {
    case Subcommand::top: return "top";
    case Subcommand::json: return "json";
    case Subcommand::record: return "record";
    case Subcommand::agent: return "agent";
    case Subcommand::doctor: return "doctor";
    case Subcommand::audit: return "audit";
    case Subcommand::unpin: return "unpin";
  }
  return "";
}

std::optional<std::string> find_conflict(const CLI::App& app, const Options& options) {
  const auto given = [&app](const std::string& option) { return app.count(option) != 0; };
  if (given("--check-config")) {
    const auto names = common_options(app);
    const auto others = std::count_if(names.begin(), names.end(), given);
    if (others > 1 || !app.get_subcommands().empty()) return "--check-config stands alone: it checks a file and ends";
    return options.check_config.empty() ? std::optional("--check-config: the file name is empty") : std::nullopt;
  }
  for (const std::string& option : common_options(app)) {
    if (!given(option) || has_meaning(options.command, option)) continue;
    if (option == "--replay") return "--replay works with top and json only";
    if (option == "--speed") return "--speed works with top only: json plays a recording as fast as it can";
    if (option == "--config") return "--config works with top, json and agent only";
    if (option == "--layout") return "--layout works with top only";
    return option + " has no meaning with " + command_name(options.command);
  }
  if (given("--replay")) {
    if (options.replay.empty()) return "--replay: the file name is empty";
    for (const char* live : {"--interval", "--duration", "--mode", "--hooks", "--max-slots", "--max-inodes",
                             "--max-superblocks", "--event-rate", "--host-root", "--pin", "--pin-path"}) {
      if (given(live)) return std::string(live) + " has no meaning with --replay: the recording has its own";
    }
  }
  if (options.pin_path.empty()) return "--pin-path: the directory name is empty";
  const bool looks_at_pins = options.command == Subcommand::unpin || options.command == Subcommand::doctor;
  if (given("--pin-path") && !options.pin && !looks_at_pins) return "--pin-path needs --pin";
  if (options.pin && options.mode == "poll") return "--pin has no meaning with --mode poll: there is nothing to pin";
  if (options.host_root.empty()) return "--host-root: the directory name is empty";
  if ((options.mode == "poll" || options.mode == "syscall") && options.hooks != "auto") {
    return "--hooks " + options.hooks + " has no meaning with --mode " + options.mode + ": they are of the exact mode";
  }
  if (given("--config") && options.config.empty()) return "--config: the file name is empty";
  if (given("--once") && given("--count")) return "--once is --count 1: give one of them";
  if (given("--speed") && !given("--replay")) return "--speed needs --replay";
  if (options.only == std::vector<std::string>{"alert"} && !given("--config"))
    return "--only alert needs --config: without it there are no alerts";
  if (options.command == Subcommand::record && options.file.empty()) return "FILE: the file name is empty";
  if (options.command == Subcommand::agent) return find_agent_conflict(*app.get_subcommand("agent"), options);
  return std::nullopt;
}

// What the parser could not place, in the order it was given.
std::string describe_extra(const CLI::App& app) {
  const std::vector<std::string> extras = app.remaining(true);
  const std::string first = extras.empty() ? "" : extras.front();
  if (first.starts_with("-")) return "unknown option " + first;
  const std::vector<CLI::App*> commands = app.get_subcommands();
  if (commands.empty()) return "unknown command '" + first + "'";
  const auto is_first = [&first](const CLI::App* command) { return command->check_name(first); };
  if (!app.get_subcommands(is_first).empty()) {
    return "only one command at a time: " + commands.front()->get_name() + ", then '" + first + "'";
  }
  return "unexpected argument '" + first + "'";
}

// "--interval: 1 required TIME missing", "--interval: At Most 1 required but received 2", "no-events was given a
// disallowed flag override".
std::string describe_mismatch(const std::string& text) {
  if (text.ends_with("override")) return "--" + text.substr(0, text.find(' ')) + " takes no value";
  const std::string option = text.substr(0, text.find(':'));
  return option + (text.ends_with("missing") ? ": its value is missing" : " is given more than once");
}

EarlyExit mistake(std::string message) {
  // A mistake is one line, whatever the words were that were given.
  std::replace(message.begin(), message.end(), '\n', ' ');
  while (message.ends_with(' ')) message.pop_back();
  return {exit_usage, "tmpfstrace: " + sanitize(message, Charset::Utf8) + " (see tmpfstrace --help)\n"};
}

}  // namespace

std::variant<Options, EarlyExit> parse_options(int argc, const char* const* argv, bool on_terminal) {
  Options options;
  CLI::App app("Counts what is allocated, freed and refused on tmpfs, per cgroup and superblock.", "tmpfstrace");
  app.set_version_flag("--version", std::string("tmpfstrace ") + kVersion);
  app.footer(footer);
  app.require_subcommand(0, 1);
  add_sampling(app, options);
  add_tracing(app, options);
  app.add_option("--host-root", options.host_root,
                 "Where the node's files are that name its pods and containers (default /)")
      ->type_name("DIR");
  app.add_option("--replay", options.replay, "top, json: play a recording instead of watching this host")
      ->type_name("FILE");
  add_number<double>(app, "--speed", options.speed, 0.01, 1000, "FACTOR",
                     "top with --replay: recorded seconds in one second (default 1)");
  app.add_option(
         "--layout", options.layout,
         "top: where columns, orders and the view are kept; \"\": nowhere (default ~/.config/tmpfstrace/top.json)")
      ->type_name("FILE");
  app.add_option("--config", options.config,
                 "top, json, agent: thresholds; json, agent: alerts, and whom to tell (TOML)")
      ->type_name("FILE");
  app.add_option("--check-config", options.check_config, "Check such a file, print its rules, and end")
      ->type_name("FILE");
  add_filters(app, options);
  bool no_events = false;
  app.add_flag("--no-events", no_events, "No details of refusals, counts only")->disable_flag_override();
  const Commands commands = add_commands(app, options);

  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    for (const CLI::App* command : app.get_subcommands()) return EarlyExit{exit_ok, command->help("tmpfstrace")};
    return EarlyExit{exit_ok, app.help()};
  } catch (const CLI::CallForVersion& version) {
    return EarlyExit{exit_ok, std::string(version.what()) + "\n"};
  } catch (const CLI::ExtrasError&) {
    return mistake(describe_extra(app));
  } catch (const CLI::ArgumentMismatch& error) {
    return mistake(describe_mismatch(error.what()));
  } catch (const CLI::ParseError& error) {
    return mistake(error.what());
  }

  options.events = !no_events;
  if (commands.agent->parsed()) {
    // It is there for good and has to be cheap: fewer samples, and less memory (936 bytes a pair).
    if (app.count("--interval") == 0) options.interval = std::chrono::seconds(10);
    if (app.count("--max-slots") == 0) options.max_slots = 8192;
  }
  if (commands.top->parsed())
    options.command = Subcommand::top;
  else if (commands.record->parsed())
    options.command = Subcommand::record;
  else if (commands.agent->parsed())
    options.command = Subcommand::agent;
  else if (commands.doctor->parsed())
    options.command = Subcommand::doctor;
  else if (commands.audit->parsed())
    options.command = Subcommand::audit;
  else if (commands.unpin->parsed())
    options.command = Subcommand::unpin;
  else
    options.command = commands.json->parsed() || !on_terminal ? Subcommand::json : Subcommand::top;

  if (std::optional<std::string> conflict = find_conflict(app, options)) return mistake(std::move(*conflict));
  if (options.command == Subcommand::top && !on_terminal && options.check_config.empty()) {
    return mistake("top needs a terminal on standard input and output; use tmpfstrace json");
  }
  return options;
}

}  // namespace tmpfstrace
