// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>

#include "../support/temp_tree.h"
#include "sources/config.h"
#include "sources/config_values.h"

using namespace tmpfstrace;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using std::chrono::milliseconds;

namespace {

constexpr std::uint64_t second_ns = 1'000'000'000;

Config accepted(const std::string& text) {
  const auto config = parse_config(text, "f.toml");
  INFO(text);
  if (!config) FAIL(config.error().front());
  return *config;
}

ConfigProblems refused(const std::string& text) {
  const auto config = parse_config(text, "f.toml");
  INFO(text);
  REQUIRE_FALSE(config);
  return config.error();
}

std::string only_problem(const std::string& text) {
  const ConfigProblems problems = refused(text);
  REQUIRE(problems.size() == 1);
  return problems.front();
}

std::string example_file() {
  std::ifstream file("docs/tmpfstrace.toml");
  REQUIRE(file);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// "#key = …" and "#[table]" without the '#'; a comment has a blank there.
std::string with_all_keys(const std::string& example) {
  return std::regex_replace(example, std::regex("(^|\n)#(?=[\\[a-z])"), "$1");
}

}  // namespace

TEST_CASE("an empty file is the default") {
  CHECK(accepted("") == Config());
  CHECK(accepted("[rules]\n[alerts]\n[labels]\n") == Config());
}

TEST_CASE("the default rules") {
  const Config config;
  CHECK(config.thresholds.full_soon_within_ns == 14'400 * second_ns);
  CHECK(config.thresholds.nearly_full_above == 0.9);
  CHECK(config.rules[VerdictKind::refused] == AlertRule{true, 0, 300 * second_ns, {}});
  CHECK(config.rules[VerdictKind::full] == AlertRule{true, 30 * second_ns, 300 * second_ns, {}});
  CHECK(config.rules[VerdictKind::kills_first] == AlertRule{true, 300 * second_ns, 900 * second_ns, {}});
  CHECK(config.rules[VerdictKind::full_soon] == AlertRule{true, 300 * second_ns, 900 * second_ns, {}});
  CHECK(config.rules[VerdictKind::never_fits] == AlertRule{true, 900 * second_ns, 3600 * second_ns, {}});
  CHECK(config.rules[VerdictKind::nearly_full] == AlertRule{true, 300 * second_ns, 600 * second_ns, {}});
  CHECK(config.rules[VerdictKind::leftovers] == AlertRule{true, 900 * second_ns, 3600 * second_ns, {}});
  CHECK(config.rules[VerdictKind::own_losses] == AlertRule{true, 0, 600 * second_ns, {}});
}

TEST_CASE("the example file has the defaults") {
  const std::string example = example_file();
  CHECK(accepted(example) == Config());

  Config all = accepted(with_all_keys(example));
  REQUIRE(all.alertmanager);
  REQUIRE(all.webhook);
  AlertmanagerConfig alertmanager;
  alertmanager.delivery.url = "http://localhost:9093";
  CHECK(*all.alertmanager == alertmanager);
  Delivery webhook;
  webhook.url = "http://localhost:8080/alerts";
  CHECK(*all.webhook == webhook);
  all.alertmanager.reset();
  all.webhook.reset();
  CHECK(all == Config());
}

// severity has no default to be shown.
TEST_CASE("the example file has every key") {
  const std::string text = with_all_keys(example_file());
  const std::regex head("\n\\[([a-z_.]+)\\]");
  std::size_t tables = 0;
  for (std::sregex_iterator table(text.begin(), text.end(), head), end; table != end; ++table) {
    const std::string name = (*table)[1];
    if (name == "labels") continue;
    ++tables;
    const auto body_at = static_cast<std::size_t>(table->position() + table->length());
    const std::string body = text.substr(body_at, text.find("\n[", body_at) - body_at);
    const ConfigProblems problems = refused("[" + name + "]\nno_such_key = 1\n");
    const auto unknown = std::find_if(problems.begin(), problems.end(), [](const std::string& problem) {
      return problem.find("unknown key; known are ") != std::string::npos;
    });
    REQUIRE(unknown != problems.end());
    std::istringstream keys(unknown->substr(unknown->find("known are ") + 10));
    for (std::string key; keys >> key;) {
      key.erase(std::remove(key.begin(), key.end(), ','), key.end());
      INFO(name << "." << key);
      CHECK((key == "severity" || body.find("\n" + key + " = ") != std::string::npos));
    }
  }
  CHECK(tables == 11);
}

TEST_CASE("every key of a rule") {
  const Config config = accepted(R"(
[rules.refused]
enabled = false
[rules.full_soon]
within = "90m"
for = "1500ms"
keep_firing_for = "2h"
severity = "info"
[rules.nearly_full]
above = 0.75
)");
  Config expected;
  expected.rules[VerdictKind::refused].enabled = false;
  expected.rules[VerdictKind::full_soon] = {true, 3 * second_ns / 2, 7200 * second_ns, Severity::info};
  expected.thresholds = {5400 * second_ns, 0.75};
  CHECK(config == expected);
}

TEST_CASE("receivers, labels and links") {
  const Config config = accepted(R"(
[alerts]
runbook_base = "https://wiki.example/r/"
generator_url = "https://grafana.example/d/1?host=a"
max_active = 5
[labels]
cluster = "north"
instance = "node1"
[alertmanager]
url = "https://am.example:9093/prefix"
repeat_interval = "30s"
ca_file = "/etc/ca.pem"
timeout = "3s"
[webhook]
url = "http://[::1]:8080/hook?token=a"
retry_first = "2s"
retry_longest = "30s"
give_up_after = "1h"
queue = 7
)");
  Config expected;
  expected.rules.runbook_base = "https://wiki.example/r/";
  expected.rules.max_active = 5;
  expected.generator_url = "https://grafana.example/d/1?host=a";
  expected.labels = {{"cluster", "north"}, {"instance", "node1"}};
  expected.alertmanager = {{.url = "https://am.example:9093/prefix", .ca_file = "/etc/ca.pem", .timeout = 3s}, 30s};
  expected.webhook = {.url = "http://[::1]:8080/hook?token=a",
                      .ca_file = "",
                      .retry_first = 2s,
                      .retry_longest = 30s,
                      .give_up_after = 1h,
                      .queue = 7};
  CHECK(config == expected);
}

TEST_CASE("what is wrong is told with its file, line and key, and what is allowed") {
  struct Case {
    const char* text;
    const char* problem;
  };
  const auto [text, problem] = GENERATE(values<Case>({
      {"[rules.refused]\nfro = \"1s\"",
       "f.toml:2: rules.refused.fro: unknown key; known are enabled, for, keep_firing_for, severity"},
      {"\n\n[rules.refusals]\n",
       "f.toml:3: rules.refusals: unknown key; known are refused, full, kills_first, full_soon, never_fits, "
       "nearly_full, leftovers, own_losses"},
      {"[rule.refused]", "f.toml:1: rule: unknown key; known are alerts, rules, labels, alertmanager, webhook"},
      {"[rules.refused]\nwithin = \"4h\"",
       "f.toml:2: rules.refused.within: unknown key; known are enabled, for, keep_firing_for, severity"},
      {"[rules.full_soon]\nfor = \"5m\"\nwithin = \"90x\"",
       "f.toml:3: rules.full_soon.within: \"90x\" is not a duration from \"1m\" to \"30d\" (a string; units ms, s, m, "
       "h, d)"},
      {"[rules.full]\nfor = 5",
       "f.toml:2: rules.full.for: the number 5 is not a duration from \"0s\" to \"7d\" (a string; units ms, s, m, h, "
       "d)"},
      {"[rules.full]\nfor = \"-5s\"",
       "f.toml:2: rules.full.for: \"-5s\" is not a duration from \"0s\" to \"7d\" (a string; units ms, s, m, h, d)"},
      {"[rules.full]\nfor = \"8d\"",
       "f.toml:2: rules.full.for: \"8d\" is not a duration from \"0s\" to \"7d\" (a string; units ms, s, m, h, d)"},
      {"[rules.full]\nfor = 07:32:00",
       "f.toml:2: rules.full.for: a date or a time is not a duration from \"0s\" to \"7d\" (a string; units ms, s, m, "
       "h, d)"},
      {"[rules.full]\nenabled = \"yes\"", "f.toml:2: rules.full.enabled: \"yes\" is neither true nor false"},
      {"[rules.full]\nseverity = \"page\"",
       "f.toml:2: rules.full.severity: \"page\" is not one of critical, warning, info"},
      {"[rules.nearly_full]\nabove = 90",
       "f.toml:2: rules.nearly_full.above: the number 90 is not a share from 0.01 to 0.999"},
      {"[rules.nearly_full]\nabove = nan",
       "f.toml:2: rules.nearly_full.above: the number nan is not a share from 0.01 to 0.999"},
      {"[rules]\nrefused = 1", "f.toml:2: rules.refused: the number 1 is not a table; it is written [rules.refused]"},
      {"[[webhook]]\nurl = \"http://a\"", "f.toml:1: webhook: an array is not a table; it is written [webhook]"},
      {"[alerts]\nmax_active = 0", "f.toml:2: alerts.max_active: the number 0 is not a whole number from 1 to 100000"},
      {"[alerts]\nmax_active = 2.5",
       "f.toml:2: alerts.max_active: the number 2.5 is not a whole number from 1 to 100000"},
      {"[alerts]\nrunbook_base = []", "f.toml:2: alerts.runbook_base: an array is not a string"},
      {"[alerts]\ngenerator_url = \"grafana\"",
       "f.toml:2: alerts.generator_url: \"grafana\" is no http or https URL: it does not start with http:// or "
       "https://"},
      {"\n[webhook]\nqueue = 5", "f.toml:2: webhook: its url is missing"},
      {"[webhook]\nurl = \"\"",
       "f.toml:2: webhook.url: \"\" is no http or https URL: it does not start with http:// or https://"},
      {"[webhook]\nurl = \"ftp://a/\"",
       "f.toml:2: webhook.url: \"ftp://a/\" is no http or https URL: it does not start with http:// or https://"},
      {"[webhook]\nurl = \"http://a:0/\"",
       "f.toml:2: webhook.url: \"http://a:0/\" is no http or https URL: its port is not a number from 1 to 65535"},
      {"[webhook]\nurl = true", "f.toml:2: webhook.url: true is not a string"},
      {"[alertmanager]\nurl = \"http://a/api/v2/alerts\"",
       "f.toml:2: alertmanager.url: \"http://a/api/v2/alerts\" is not that of the Alertmanager itself: what follows "
       "it, /api/v2/alerts, is added"},
      {"[labels]\n\"a-b\" = \"c\"",
       "f.toml:2: labels.a-b: not a label's name; one has letters, digits and _, and starts with neither a digit nor "
       "__"},
      {"[labels]\nseverity = \"c\"", "f.toml:2: labels.severity: a label that alerts have already"},
      {"[labels]\ncluster = 1", "f.toml:2: labels.cluster: a label's value is a string of 1 to 200 bytes"},
      {"[labels]\ncluster = \"\"", "f.toml:2: labels.cluster: a label's value is a string of 1 to 200 bytes"},
  }));
  CHECK(only_problem(text) == problem);
}

TEST_CASE("text that is no TOML is told with its line") {
  CHECK_THAT(only_problem("[alerts]\nmax_active = = 3\n"), StartsWith("f.toml:2: this is not TOML: "));
  CHECK_THAT(only_problem("[alerts]\nmax_active = 3\nmax_active = 4\n"), StartsWith("f.toml:3: this is not TOML: "));
}

TEST_CASE("characters beyond ASCII belong in comments") {
  for (const char* bare : {"\xc3\xa4 = 1\n", "a = \xc2\xa0 1\n", "a\xe2\x80\x83= 1\n", "a = 'b\xc3\xa4'\n",
                           "a =-neal-\"\xc2\xbf\"\n", "a = \"#\xc3\xa4\"\n", "a = \"\xff\"\n"}) {
    INFO(bare);
    CHECK_THAT(only_problem(bare), StartsWith("f.toml:1: a character beyond ASCII"));
  }
  CHECK(parse_config("# \xc3\xa4\n[labels]\nteam = \"\\u00e4 # '\" # \xc3\xa4\n", "f.toml"));
}

TEST_CASE("table heads that make the library's own checks fail are told as well") {
  for (const char* head : {"[\n]\n", "[=", "[[[1]]]", "[[\n]]", "[ #]", "[,]"}) {
    INFO(head);
    CHECK_THAT(only_problem(std::string("[alerts]\n") + head), StartsWith("f.toml:2: this is not TOML: "));
  }
}

TEST_CASE("all that is wrong is told at once, in the order of the lines") {
  const ConfigProblems problems = refused("[webhook]\nurl = \"x\"\n[rules.full]\nfor = 1\nto = 2\n[alerts]\nmax = 3\n");
  REQUIRE(problems.size() == 4);
  CHECK_THAT(problems[0], StartsWith("f.toml:2: webhook.url: "));
  CHECK_THAT(problems[1], StartsWith("f.toml:4: rules.full.for: "));
  CHECK_THAT(problems[2], StartsWith("f.toml:5: rules.full.to: "));
  CHECK_THAT(problems[3], StartsWith("f.toml:7: alerts.max: "));
}

TEST_CASE("a file") {
  const auto missing = read_config("/nonexistent/f.toml");
  REQUIRE_FALSE(missing);
  CHECK_THAT(missing.error().front(), Contains("/nonexistent/f.toml") && Contains("No such file"));
}

TEST_CASE("durations") {
  CHECK(parse_duration("0s") == milliseconds(0));
  CHECK(parse_duration("250ms") == milliseconds(250));
  CHECK(parse_duration("90s") == milliseconds(90'000));
  CHECK(parse_duration("4h") == milliseconds(14'400'000));
  CHECK(parse_duration("366d") == milliseconds(31'622'400'000));
  for (const char* text : {"", "s", "5", "90x", "1h30m", " 5s", "5s ", "5 s", "-1s", "+1s", "1.5h", "367d",
                           "9223372036854775807d", "99999999999999999999s", "5S"}) {
    INFO(text);
    CHECK_FALSE(parse_duration(text));
  }
  for (const char* text : {"0s", "250ms", "90s", "5m", "4h", "7d", "90m", "36h"})
    CHECK(format_duration(*parse_duration(text)) == text);
  CHECK(format_duration(milliseconds(60'000)) == "1m");
}

TEST_CASE("URLs") {
  for (const char* url : {"http://a", "https://a.example:65535/x?y=%20", "http://127.0.0.1:9093", "http://[fe80::1]/",
                          "http://[::1]:80", "http://a_b/@c"}) {
    INFO(url);
    CHECK_FALSE(url_problem(url));
  }
  for (const char* url : {"",
                          "a",
                          "HTTP://a",
                          "http:/a",
                          "http://",
                          "https:///x",
                          "http://:80",
                          "http://a:",
                          "http://a:65536",
                          "http://a:8x",
                          "http://a b",
                          "http://a\n",
                          "http://a\x7f",
                          "http://\xc3\xa4",
                          "http://u:p@a/",
                          "http://[::1",
                          "http://[x]/",
                          "http://[]/",
                          "http://a#b",
                          "http://a\\b"}) {
    INFO(url);
    CHECK(url_problem(url));
  }
}
