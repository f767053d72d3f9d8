// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "exit_codes.h"
#include "options_line.h"

using namespace tmpfstrace;
using namespace tmpfstrace::test;
using std::chrono::milliseconds;

TEST_CASE("an agent has options of its own, and slower and smaller defaults", "[options]") {
  const Options plain = accepted("agent");
  CHECK(plain.command == Subcommand::agent);
  CHECK(plain.interval == milliseconds(10'000));
  CHECK(plain.max_slots == 8192);
  CHECK(plain.agent.listen_addresses.empty());
  CHECK(plain.agent.telemetry_path == "/metrics");
  CHECK(plain.agent.lines.empty());
  CHECK(accepted("agent --interval 1s --max-slots 100").interval == milliseconds(1000));
  CHECK(accepted("agent --interval 1s --max-slots 100").max_slots == 100);

  const Options full = accepted(
      "agent --web.listen-address :10059 --web.listen-address [::1]:1 --web.config.file w.yml --web.telemetry-path /m "
      "--web.max-requests 3 --web.max-connections 9 --json f --json-max-size 64KiB --json-files 2 --only event "
      "--metrics.all --metrics.min-used 2MiB --metrics.max-superblocks 7 --program-times --no-sandbox --config c");
  CHECK(full.agent.listen_addresses == std::vector<std::string>{":10059", "[::1]:1"});
  CHECK(full.agent.web_config == "w.yml");
  CHECK(full.agent.telemetry_path == "/m");
  CHECK(full.agent.max_requests == 3);
  CHECK(full.agent.max_connections == 9);
  CHECK(full.agent.lines == "f");
  CHECK(full.agent.lines_max_bytes == 65536);
  CHECK(full.agent.lines_files == 2);
  CHECK(full.agent.all_superblocks);
  CHECK(full.agent.min_used_bytes == 2 << 20);
  CHECK(full.agent.max_superblocks == 7);
  CHECK(full.agent.program_times);
  CHECK(full.agent.no_sandbox);
}

TEST_CASE("what an agent's options do not go with", "[options]") {
  const auto mistake = [](const std::string& line) {
    const EarlyExit early = refused(line);
    CHECK(early.code == exit_usage);
    return early.text;
  };
  using Catch::Matchers::Contains;
  CHECK_THAT(mistake("agent --no-web --web.config.file f"), Contains("--web.config.file has no meaning with --no-web"));
  CHECK_THAT(mistake("agent --web.systemd-socket --web.listen-address :1"), Contains("leave out --web.listen-address"));
  CHECK_THAT(mistake("agent --web.telemetry-path metrics"), Contains("begins with /"));
  CHECK_THAT(mistake("agent --web.config.file ''"), Contains("the file name is empty"));
  CHECK_THAT(mistake("agent --json ''"), Contains("the file name is empty"));
  CHECK_THAT(mistake("agent --json-files 2"), Contains("--json-files needs --json FILE"));
  CHECK_THAT(mistake("agent --json - --json-max-size 1MiB"), Contains("--json-max-size needs --json FILE"));
  CHECK_THAT(mistake("agent --json f --json-max-size 1MB"), Contains("'1MB' is not a size"));
  CHECK_THAT(mistake("agent --only event"), Contains("need --json"));
  CHECK_THAT(mistake("agent --replay f"), Contains("--replay works with top and json only"));
  CHECK_THAT(mistake("json --web.config.file f"), Contains("unknown option --web.config.file"));
}
