// SPDX-License-Identifier: Apache-2.0
#include "metrics/exposition.h"

#include <set>
#include <string>
#include <string_view>

#include <catch2/catch.hpp>

namespace tmpfstrace {
namespace {

constexpr MetricInfo gauge{"x_used_bytes", MetricType::gauge, "bytes", "Bytes in \"use\".\nOf one.", "mount"};
constexpr MetricInfo counter{"x_refusals_total", MetricType::counter, "", "What was refused.", ""};
constexpr MetricInfo seconds{"x_cpu_seconds_total", MetricType::counter, "seconds", "Time.", ""};

}  // namespace

TEST_CASE("exposition: the text format names a counter as its series", "[metrics]") {
  const std::vector<Family> families = {{&gauge, {{{{"mount", "/dev/shm"}}, 4096}}}, {&counter, {{{}, 3}}}};
  CHECK(expose(families, Exposition::text) ==
        "# HELP x_used_bytes Bytes in \"use\".\\nOf one.\n"
        "# TYPE x_used_bytes gauge\n"
        "x_used_bytes{mount=\"/dev/shm\"} 4096\n"
        "# HELP x_refusals_total What was refused.\n"
        "# TYPE x_refusals_total counter\n"
        "x_refusals_total 3\n");
}

TEST_CASE("exposition: OpenMetrics names a counter's family without _total, and units", "[metrics]") {
  const std::vector<Family> families = {{&gauge, {{{}, 0.25}}}, {&seconds, {{{}, 1.5}}}, {&counter, {{{}, 3}}}};
  CHECK(expose(families, Exposition::openmetrics) ==
        "# HELP x_used_bytes Bytes in \\\"use\\\".\\nOf one.\n"
        "# TYPE x_used_bytes gauge\n"
        "# UNIT x_used_bytes bytes\n"
        "x_used_bytes 0.25\n"
        "# HELP x_cpu_seconds Time.\n"
        "# TYPE x_cpu_seconds counter\n"
        "# UNIT x_cpu_seconds seconds\n"
        "x_cpu_seconds_total 1.5\n"
        "# HELP x_refusals What was refused.\n"
        "# TYPE x_refusals counter\n"
        "x_refusals_total 3\n");
}

TEST_CASE("exposition: a family without a series is not there", "[metrics]") {
  CHECK(expose({{&gauge, {}}}, Exposition::text).empty());
  CHECK(expose({{&gauge, {}}}, Exposition::openmetrics).empty());
}

TEST_CASE("exposition: hostile values are escaped", "[metrics]") {
  const auto line = [](std::string value) {
    const std::string text = expose({{&gauge, {{{{"mount", std::move(value)}}, 1}}}}, Exposition::text);
    return text.substr(text.find("x_used_bytes{"));
  };
  CHECK(line("a\"b\\c\nd") == "x_used_bytes{mount=\"a\\\"b\\\\c\\\\x0ad\"} 1\n");
  CHECK(line("\x1b[31m") == "x_used_bytes{mount=\"\\\\x1b[31m\"} 1\n");
  CHECK(line("\xff") == "x_used_bytes{mount=\"\xef\xbf\xbd\"} 1\n");
  CHECK(line("\xc2\x9b"
             "31m") == "x_used_bytes{mount=\"\\\\x9b31m\"} 1\n");
  CHECK(line("\xc3\xa4") == "x_used_bytes{mount=\"\xc3\xa4\"} 1\n");
}

TEST_CASE("exposition: numbers are whole where they can be", "[metrics]") {
  const auto value = [](double number) {
    const std::string text = expose({{&counter, {{{}, number}}}}, Exposition::text);
    return text.substr(text.rfind(' '));
  };
  CHECK(value(0) == " 0\n");
  CHECK(value(9007199254740991.0) == " 9007199254740991\n");
  CHECK(value(1796009132.123) == " 1796009132.123\n");
  CHECK(value(1e300) == " 1e+300\n");
}

TEST_CASE("metric table: names follow the rules of Prometheus", "[metrics]") {
  std::set<std::string_view> names;
  for (const MetricInfo& info : metric_table()) {
    const std::string_view name(info.name), unit(info.unit), help(info.help);
    INFO(name);
    CHECK(names.insert(name).second);
    CHECK((name.starts_with("tmpfstrace_") || name.starts_with("process_")));
    CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos);
    CHECK(name.ends_with("_total") == (info.type == MetricType::counter));
    CHECK(help.ends_with('.'));
    CHECK((unit.empty() || unit == "bytes" || unit == "seconds" || unit == "ratio"));
    std::string_view family = name;
    if (info.type == MetricType::counter) family.remove_suffix(6);
    for (const std::string_view of : {"bytes", "seconds", "ratio"}) {
      INFO(of);
      CHECK(family.ends_with(std::string("_") + std::string(of)) == (unit == of));
    }
  }
  CHECK(info_of(Metric::superblock_size_bytes).name == std::string_view("tmpfstrace_superblock_size_bytes"));
  CHECK(info_of(Metric::losses).name == std::string_view("tmpfstrace_losses_total"));
  CHECK(info_of(Metric::process_start_time_seconds).name == std::string_view("process_start_time_seconds"));
}

}  // namespace tmpfstrace
