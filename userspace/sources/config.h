// SPDX-License-Identifier: Apache-2.0
// The configuration file, in TOML: docs/tmpfstrace.toml has every key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "model/alert.h"
#include "model/alert_rules.h"
#include "model/delivery.h"
#include "model/verdict_thresholds.h"

namespace tmpfstrace {

struct AlertmanagerConfig {
  Delivery delivery;  // the URL is that of the Alertmanager itself, without /api/v2/alerts
  // It forgets what fires and is not repeated.
  std::chrono::milliseconds repeat_interval{60'000};
  bool operator==(const AlertmanagerConfig&) const = default;
};

struct Config {
  AlertRules rules;
  VerdictThresholds thresholds;
  std::string generator_url;  // where this host is looked at, for people; empty: nowhere
  AlertLabels labels;         // for each alert, beside its own
  std::optional<AlertmanagerConfig> alertmanager;
  std::optional<Delivery> webhook;
  bool operator==(const Config&) const = default;
};

// All that is wrong with a file, in the order of its lines: "FILE:LINE: KEY: what, and what is allowed".
using ConfigProblems = std::vector<std::string>;

// Pure. name is what the problems call the file.
tl::expected<Config, ConfigProblems> parse_config(std::string_view text, const std::string& name);
tl::expected<Config, ConfigProblems> read_config(const std::string& path);

// One line a rule and receiver, for --check-config.
std::string describe_config(const Config& config);

}  // namespace tmpfstrace
