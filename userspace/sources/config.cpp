// SPDX-License-Identifier: Apache-2.0
#include "sources/config.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "host/text_file.h"
#include "sources/config_table.h"
#include "sources/config_values.h"

namespace tmpfstrace {
namespace {

using std::chrono::milliseconds;
using Problems = std::vector<ConfigProblem>;

constexpr milliseconds second{1000};
constexpr milliseconds minute = 60 * second;
constexpr milliseconds hour = 60 * minute;
constexpr milliseconds day = 24 * hour;

constexpr std::size_t longest_label_value = 200;  // bytes
constexpr std::size_t most_labels = 20;

VerdictKind kind_at(std::size_t i) { return static_cast<VerdictKind>(i); }

void read_rule(ConfigTable table, AlertRule& rule) {
  table.read_flag("enabled", rule.enabled);
  table.read_duration("for", milliseconds(0), 7 * day, rule.for_ns);
  table.read_duration("keep_firing_for", milliseconds(0), 7 * day, rule.keep_firing_for_ns);
  const auto name = [](Severity severity) { return std::string(severity_name(severity)); };
  const auto word =
      table.read_word("severity", {name(Severity::critical), name(Severity::warning), name(Severity::info)});
  if (word) rule.severity = static_cast<Severity>(*word);
  table.refuse_others();
}

void read_rules(ConfigTable rules, Config& config) {
  for (std::size_t i = 0; i < kVerdictKinds; ++i) {
    const VerdictKind kind = kind_at(i);
    std::optional<ConfigTable> table = rules.read_table(verdict_name(kind));
    if (!table) continue;
    if (kind == VerdictKind::full_soon)
      table->read_duration("within", minute, 30 * day, config.thresholds.full_soon_within_ns);
    if (kind == VerdictKind::nearly_full) table->read_share("above", 0.01, 0.999, config.thresholds.nearly_full_above);
    read_rule(*table, config.rules[kind]);
  }
  rules.refuse_others();
}

// A URL, or "" where that is the default.
void read_url(ConfigTable& table, const char* key, bool may_be_empty, std::string& target) {
  std::string url;
  table.read_text(key, url);
  const toml::node* node = table.toml().get(key);
  if (node == nullptr || !node->is_string() || (url.empty() && may_be_empty)) return;
  if (const std::optional<std::string> problem = url_problem(url)) {
    table.note(*node, key,
               fmt::format("\"{}\" is no http or https URL: {}", url.substr(0, longest_label_value), *problem));
    return;
  }
  target = std::move(url);
}

void read_alerts(ConfigTable table, Config& config) {
  table.read_text("runbook_base", config.rules.runbook_base);
  read_url(table, "generator_url", true, config.generator_url);
  table.read_count("max_active", 1, 100'000, config.rules.max_active);
  table.refuse_others();
}

void read_delivery(ConfigTable& table, Delivery& delivery) {
  read_url(table, "url", false, delivery.url);
  if (!table.has("url")) table.note(table.toml(), "", "its url is missing");
  table.read_text("ca_file", delivery.ca_file);
  table.read_duration("timeout", milliseconds(100), 5 * minute, delivery.timeout);
  table.read_duration("retry_first", milliseconds(100), hour, delivery.retry_first);
  table.read_duration("retry_longest", milliseconds(100), hour, delivery.retry_longest);
  table.read_duration("give_up_after", second, day, delivery.give_up_after);
  table.read_count("queue", 1, 10'000, delivery.queue);
}

void read_alertmanager(ConfigTable table, Config& config) {
  AlertmanagerConfig alertmanager;
  read_delivery(table, alertmanager.delivery);
  table.read_duration("repeat_interval", second, hour, alertmanager.repeat_interval);
  const std::string& url = alertmanager.delivery.url;
  if (url.find("/api/") != std::string::npos || url.find('?') != std::string::npos) {
    table.note(*table.toml().get("url"), "url",
               fmt::format("\"{}\" is not that of the Alertmanager itself: what follows it, /api/v2/alerts, is added",
                           url.substr(0, longest_label_value)));
  }
  table.refuse_others();
  config.alertmanager = std::move(alertmanager);
}

void read_webhook(ConfigTable table, Config& config) {
  Delivery webhook;
  read_delivery(table, webhook);
  table.refuse_others();
  config.webhook = std::move(webhook);
}

void read_labels(ConfigTable table, Config& config) {
  for (const auto& [key, node] : table.toml()) {
    const std::string name(key.str());
    const auto* value = node.as_string();
    if (const std::optional<std::string> problem = label_name_problem(name)) {
      table.note(node, name, *problem);
    } else if (value == nullptr || value->get().empty() || value->get().size() > longest_label_value) {
      table.note(node, name, fmt::format("a label's value is a string of 1 to {} bytes", longest_label_value));
    } else if (config.labels.size() == most_labels) {
      table.note(node, name, fmt::format("more than {} labels", most_labels));
    } else {
      config.labels.emplace_back(name, value->get());
    }
  }
}

void read_file(const toml::table& file, Config& config, Problems& problems) {
  ConfigTable root(file, "", problems);
  if (const auto table = root.read_table("alerts")) read_alerts(*table, config);
  if (const auto table = root.read_table("rules")) read_rules(*table, config);
  if (const auto table = root.read_table("labels")) read_labels(*table, config);
  if (const auto table = root.read_table("alertmanager")) read_alertmanager(*table, config);
  if (const auto table = root.read_table("webhook")) read_webhook(*table, config);
  root.refuse_others();
}

ConfigProblems in_order(Problems problems, const std::string& name) {
  std::ranges::stable_sort(problems, {}, &ConfigProblem::line);
  ConfigProblems texts;
  for (const ConfigProblem& problem : problems)
    texts.push_back(fmt::format("{}:{}: {}", name, problem.line, problem.text));
  return texts;
}

std::string describe_delivery(const char* name, const Delivery& delivery) {
  return fmt::format("{} {}\n", name, delivery.url);
}

// The text in ASCII: what comments have beyond it becomes '?'. Anywhere else it is refused, with its line. The library
// (3.3) runs into what it takes for unreachable when it looks whether such a character is a blank.
tl::expected<std::string, std::uint32_t> in_ascii(std::string_view text) {
  std::string ascii(text);
  std::uint32_t line = 1;
  char quote = 0;
  bool comment = false;
  for (char& c : ascii) {
    const bool beyond = static_cast<unsigned char>(c) >= 0x80;
    if (beyond && !comment) return tl::unexpected(line);
    if (beyond) c = '?';
    if (c == '\n') {
      ++line;
      quote = 0;
      comment = false;
    }
    if (comment) continue;
    comment = c == '#' && quote == 0;
    if (quote == 0 && (c == '"' || c == '\''))
      quote = c;
    else if (c == quote)
      quote = 0;
  }
  return ascii;
}

milliseconds in_ms(std::uint64_t duration_ns) { return milliseconds(duration_ns / 1'000'000); }

}  // namespace

tl::expected<Config, ConfigProblems> parse_config(std::string_view text, const std::string& name) {
  const auto ascii = in_ascii(text);
  if (!ascii)
    return tl::unexpected(in_order(
        {{ascii.error(), "a character beyond ASCII, which only comments may have; in a string write it as \\u00e4"}},
        name));
  const toml::parse_result parsed = toml::parse(*ascii);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return tl::unexpected(
        in_order({{error.source().begin.line, fmt::format("this is not TOML: {}", error.description())}}, name));
  }
  Config config;
  Problems problems;
  read_file(parsed.table(), config, problems);
  if (!problems.empty()) return tl::unexpected(in_order(std::move(problems), name));
  return config;
}

tl::expected<Config, ConfigProblems> read_config(const std::string& path) {
  const Result<std::string> text = read_text_file(path);
  if (!text) return tl::unexpected(ConfigProblems{text.error().message});
  return parse_config(*text, path);
}

std::string describe_config(const Config& config) {
  std::string text;
  for (std::size_t i = 0; i < kVerdictKinds; ++i) {
    const AlertRule& rule = config.rules[kind_at(i)];
    text += fmt::format("{:18}", alert_rule_name(kind_at(i)));
    if (!rule.enabled) {
      text += "off\n";
      continue;
    }
    text += fmt::format("for {}, keep firing for {}", format_duration(in_ms(rule.for_ns)),
                        format_duration(in_ms(rule.keep_firing_for_ns)));
    if (rule.severity) text += fmt::format(", {}", severity_name(*rule.severity));
    text += '\n';
  }
  if (config.alertmanager) text += describe_delivery("alertmanager", config.alertmanager->delivery);
  if (config.webhook) text += describe_delivery("webhook", *config.webhook);
  return text;
}

}  // namespace tmpfstrace
