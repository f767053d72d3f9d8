// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <vector>

#include "exit_codes.h"
#include "options_line.h"
#include "version.h"

using namespace tmpfstrace;
using namespace tmpfstrace::test;
using std::chrono::milliseconds;

TEST_CASE("without a command the terminal decides") {
  CHECK(accepted("", true).command == Subcommand::top);
  CHECK(accepted("", false).command == Subcommand::json);
  CHECK(accepted("--interval 2s", false).interval == milliseconds(2000));
}

TEST_CASE("the commands") {
  CHECK(accepted("top").command == Subcommand::top);
  CHECK(accepted("json").command == Subcommand::json);
  const Options record = accepted("record out.zst");
  CHECK(record.command == Subcommand::record);
  CHECK(record.file == "out.zst");
  CHECK_FALSE(accepted("doctor").json_report);
  const Options doctor = accepted("doctor --json");
  CHECK(doctor.command == Subcommand::doctor);
  CHECK(doctor.json_report);
  CHECK(accepted("audit --json --host-root /node").command == Subcommand::audit);
  CHECK(accepted("audit --json --host-root /node").json_report);
  CHECK(accepted("json --once").count == 1u);
  CHECK(accepted("unpin").command == Subcommand::unpin);
  CHECK(accepted("unpin").pin_path == "/sys/fs/bpf/tmpfstrace");
  CHECK(accepted("unpin --pin-path /b/c").pin_path == "/b/c");
  CHECK(accepted("doctor --pin-path /b/c").pin_path == "/b/c");
  CHECK_FALSE(accepted("json").pin);
  for (const char* command : {"json", "top", "record f"}) {
    CHECK(accepted(std::string(command) + " --pin").pin);
    CHECK(accepted(std::string("--pin --pin-path /b/c ") + command).pin_path == "/b/c");
  }
}

TEST_CASE("defaults") {
  const Options options = accepted("json");
  CHECK(options.interval == milliseconds(1000));
  CHECK_FALSE(options.count);
  CHECK_FALSE(options.duration);
  CHECK(options.mode == "auto");
  CHECK(options.hooks == "auto");
  CHECK(options.max_slots == 24576);
  CHECK(options.max_inodes == 1048576);
  CHECK(options.max_superblocks == 8192);
  CHECK(options.event_rate == 10);
  CHECK(options.events);
  CHECK(options.host_root == "/");
  CHECK(options.replay.empty());
  CHECK(options.speed == 1);
}

TEST_CASE("every option, before and after the command") {
  const std::string all =
      "--interval 250ms --count 18446744073709551615 --duration 5m --mode exact --hooks kprobe --max-slots 1 "
      "--max-inodes 2 --max-superblocks 3 --event-rate 0 --no-events --host-root /host";
  const std::string line = GENERATE_COPY(all + " json", "json " + all);
  const Options options = accepted(line);
  CHECK(options.interval == milliseconds(250));
  CHECK(options.count == UINT64_MAX);
  CHECK(options.duration == milliseconds(300'000));
  CHECK(options.mode == "exact");
  CHECK(options.hooks == "kprobe");
  CHECK(options.max_slots == 1);
  CHECK(options.max_inodes == 2);
  CHECK(options.max_superblocks == 3);
  CHECK(options.event_rate == 0);
  CHECK_FALSE(options.events);
  CHECK(options.host_root == "/host");
}

TEST_CASE("replay") {
  const Options top = accepted("top --replay f.zst --speed 2.5 --count 3");
  CHECK(top.replay == "f.zst");
  CHECK(top.speed == 2.5);
  CHECK(top.count == 3u);
  CHECK(accepted("json --replay f --no-events", false).replay == "f");
  CHECK(accepted("--replay f", false).command == Subcommand::json);
  CHECK(accepted("--replay f --speed 10").command == Subcommand::top);
  CHECK(accepted("--speed 10 top --replay f").speed == 10);
}

TEST_CASE("a configuration") {
  CHECK(accepted("json --config f.toml").config == "f.toml");
  CHECK(accepted("--config f.toml top --replay g").config == "f.toml");
  CHECK(accepted("json").config.empty());
  CHECK(accepted("--check-config f.toml", true).check_config == "f.toml");
  CHECK(accepted("--check-config f.toml", false).check_config == "f.toml");
}

TEST_CASE("types and fields, as a list and given again") {
  using Words = std::vector<std::string>;
  CHECK(accepted("json").only.empty());
  CHECK(accepted("json --only sample,event").only == Words{"sample", "event"});
  CHECK(accepted("--only sample json --only event --once").only == Words{"sample", "event"});
  CHECK(accepted("json --only alert --config f").only == Words{"alert"});
  CHECK(accepted("json --replay f --field totals,verdicts.text --field cgroups.owner.k8s.pod.name").fields ==
        Words{"totals", "verdicts.text", "cgroups.owner.k8s.pod.name"});
}

TEST_CASE("the ends of the ranges") {
  CHECK(accepted("--interval 100ms").interval == milliseconds(100));
  CHECK(accepted("--interval 60m").interval == milliseconds(3'600'000));
  CHECK(accepted("--interval 3600s").interval == milliseconds(3'600'000));
  CHECK(accepted("--duration 527040m").duration == milliseconds(31'622'400'000));
  CHECK(accepted("--max-slots 16777216").max_slots == 16777216);
  CHECK(accepted("--event-rate 1000000").event_rate == 1000000);
  CHECK(accepted("top --replay f --speed 0.01").speed == 0.01);
  CHECK(accepted("top --replay f --speed 1000").speed == 1000);
}

TEST_CASE("a mistake is one line and status 2") {
  const auto [line, part] = GENERATE(table<std::string, std::string>({
      {"--interval 99ms", "--interval: '99ms' is not a time from 100ms to 60m"},
      {"--interval 61m", "--interval: '61m' is not a time"},
      {"--interval 1", "--interval: '1' is not a time"},
      {"--interval 1.5s", "--interval: '1.5s' is not a time"},
      {"--interval 1h", "--interval: '1h' is not a time"},
      {"--interval -1s", "--interval"},
      {"--interval s", "--interval: 's' is not a time"},
      {"--interval 9223372036854775807m", "--interval: '9223372036854775807m' is not a time"},
      {"--interval 99999999999999999999s", "--interval: '99999999999999999999s' is not a time"},
      {"--interval ''", "--interval"},
      {"--interval", "--interval: its value is missing (see tmpfstrace --help)"},
      {"--interval 1s --interval 2s", "--interval is given more than once (see tmpfstrace --help)"},
      {"--duration 0s", "--duration: '0s' is not a time"},
      {"--count 0", "--count: '0' is not a number from 1 to"},
      {"--count -1", "--count: '-1' is not a number"},
      {"--count 1x", "--count: '1x' is not a number"},
      {"--count 0x10", "--count: '0x10' is not a number"},
      {"--count 18446744073709551616", "--count: '18446744073709551616' is not a number"},
      {"--mode fast", "--mode: 'fast' is not one of"},
      {"--hooks tracepoint", "--hooks: 'tracepoint' is not one of"},
      {"--max-slots 0", "--max-slots: '0' is not a number from 1 to 16777216"},
      {"--max-slots 4294967297", "--max-slots: '4294967297' is not a number"},
      {"--max-inodes 16777217", "--max-inodes: '16777217' is not a number"},
      {"--max-superblocks x", "--max-superblocks: 'x' is not a number"},
      {"--event-rate -1", "--event-rate: '-1' is not a number from 0 to 1000000"},
      {"--no-such 2", "unknown option --no-such (see tmpfstrace --help)"},
      {"json --no-such --other 2", "unknown option --no-such (see"},
      {"--no-events=3", "--no-events takes no value"},
      {"--replay", "--replay: its value is missing"},
      {"sing --loud", "unknown command 'sing' (see tmpfstrace --help)"},
      {"json top", "only one command at a time: json, then 'top'"},
      {"record", "FILE is required"},
      {"record ''", "FILE: the file name is empty"},
      {"record a b c", "unexpected argument 'b' (see"},
      {"json \x1b[2J", "unexpected argument '\\x1b[2J'"},
      {"record f --replay g", "--replay works with top and json only"},
      {"doctor --replay g", "--replay works with top and json only"},
      {"json --replay ''", "--replay: the file name is empty"},
      {"json --replay g --mode poll", "--mode has no meaning with --replay"},
      {"json --replay g --duration 5s", "--duration has no meaning with --replay"},
      {"json --replay g --interval 5s", "--interval has no meaning with --replay"},
      {"json --replay g --host-root /", "--host-root has no meaning with --replay"},
      {"doctor --host-root /", "--host-root has no meaning with doctor"},
      {"json --host-root ''", "--host-root: the directory name is empty"},
      {"json --host-root", "--host-root: its value is missing"},
      {"doctor --count 1", "--count has no meaning with doctor"},
      {"audit --mode exact", "--mode has no meaning with audit"},
      {"audit --once", "--once has no meaning with audit"},
      {"json --pin --mode poll", "--pin has no meaning with --mode poll"},
      {"json --pin-path /b/c", "--pin-path needs --pin"},
      {"json --pin --pin-path ''", "--pin-path: the directory name is empty"},
      {"json --pin=yes", "--pin takes no value"},
      {"json --replay g --pin", "--pin has no meaning with --replay"},
      {"doctor --pin", "--pin has no meaning with doctor"},
      {"audit --pin", "--pin has no meaning with audit"},
      {"unpin --pin", "--pin has no meaning with unpin"},
      {"unpin --interval 1s", "--interval has no meaning with unpin"},
      {"json --once --count 2", "--once is --count 1: give one of them"},
      {"json --once=2", "--once takes no value"},
      {"top --speed 2", "--speed needs --replay"},
      {"json --replay f --speed 2", "--speed works with top only: json plays"},
      {"record f --speed 2", "--speed works with top only"},
      {"--speed 2", "--speed needs --replay"},
      {"top --replay f --speed 0", "--speed: '0' is not a number from 0.01 to 1000"},
      {"top --replay f --speed nan", "--speed: 'nan' is not a number"},
      {"top --replay f --speed inf", "--speed: 'inf' is not a number"},
      {"top --json", "unknown option --json"},
      {"json --config ''", "--config: the file name is empty"},
      {"json --config", "--config: its value is missing"},
      {"record f --config g", "--config works with top, json and agent only"},
      {"doctor --config g", "--config works with top, json and agent only"},
      {"json --only smaple", "--only: 'smaple' is not one of sample, event, alert"},
      {"json --only ,", "--only: "},
      {"json --only ''", "--only: "},
      {"json --only", "--only: its value is missing"},
      {"json --only alert", "--only alert needs --config"},
      {"json --field total", "--field: no document has 'total'; the nearest are totals, "},
      {"json --field totals,,total", "--field: no document has 'total'"},
      {"top --field totals", "--field has no meaning with top"},
      {"record f --only sample", "--only has no meaning with record"},
      {"audit --json --field time", "--field has no meaning with audit"},
      {"--check-config ''", "--check-config: the file name is empty"},
      {"--check-config f --config g", "--check-config stands alone"},
      {"--check-config f --interval 1s", "--check-config stands alone"},
      {"--check-config f --no-events", "--check-config stands alone"},
      {"json --check-config f", "--check-config stands alone"},
      {"doctor --check-config f", "--check-config stands alone"},
  }));
  const EarlyExit early = refused(line);
  INFO(line << " -> " << early.text);
  CHECK(early.code == 2);
  CHECK(early.text.starts_with("tmpfstrace: "));
  CHECK(early.text.find(part) != std::string::npos);
  CHECK(std::count(early.text.begin(), early.text.end(), '\n') == 1);
  CHECK(early.text.back() == '\n');
}

TEST_CASE("top needs a terminal") {
  const EarlyExit early = refused("top", false);
  CHECK(early.code == 2);
  CHECK(early.text.find("use tmpfstrace json") != std::string::npos);
  CHECK(refused("top --replay f", false).code == 2);
}

TEST_CASE("help and version end well") {
  const auto [line, part] = GENERATE(table<std::string, std::string>({
      {"--help", "tmpfstrace doctor"},
      {"-h", "--max-superblocks"},
      {"top --help", "--speed 10"},
      {"json --help", "jq"},
      {"record --help", "hour.zst"},
      {"doctor --help", "10 syscall"},
      {"audit --help", "20 something is"},
      {"unpin --help", "0 also when nothing was pinned"},
      {"--version", "tmpfstrace "},
  }));
  const EarlyExit early = refused(line, false);
  CHECK(early.code == 0);
  CHECK(early.text.find(part) != std::string::npos);
}

TEST_CASE("hooks of the exact mode with another mode contradict each other") {
  for (const std::string mode : {"poll", "syscall"}) {
    for (const std::string hooks : {"fentry", "kprobe"}) {
      const auto parsed = parse("json --mode " + mode + " --hooks " + hooks);
      const auto* early = std::get_if<EarlyExit>(&parsed);
      REQUIRE(early != nullptr);
      CHECK(early->code == exit_usage);
      CHECK_THAT(early->text, Catch::Contains("--hooks " + hooks) && Catch::Contains("--mode " + mode));
    }
    CHECK(accepted("json --hooks auto --mode " + mode).mode == mode);
  }
  CHECK(accepted("json --mode exact --hooks kprobe").hooks == "kprobe");
  CHECK(accepted("json --hooks kprobe").mode == "auto");
}

TEST_CASE("the help of a command names the common options that it takes", "[options]") {
  const auto names = [](const char* line, const char* option) {
    return refused(line).text.find(option) != std::string::npos;
  };
  for (const char* line : {"top --help", "json --help", "record --help", "doctor --help"}) {
    INFO(line);
    CHECK(names(line, " --mode"));
    CHECK(names(line, " --max-slots"));
    CHECK(names(line, "tmpfstrace --help"));
  }
  CHECK(names("json --help", " --duration"));
  CHECK(names("json --help", " --config"));
  CHECK_FALSE(names("json --help", "--check-config"));
  CHECK_FALSE(names("record --help", "--config"));
  CHECK_FALSE(names("json --help", "--speed"));
  CHECK_FALSE(names("doctor --help", "--duration"));
}
