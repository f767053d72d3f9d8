// SPDX-License-Identifier: Apache-2.0
// An alert as the line of docs/json.md, as the body of a POST to Alertmanager's /api/v2/alerts, and as the body that an
// Alertmanager sends to a webhook, version "4". Names that are not UTF-8 come out as UTF-8, with U+FFFD.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/alert.h"

namespace tmpfstrace {

// What is the same in each alert of a host.
struct AlertOrigin {
  AlertLabels labels;         // beside those of the alert
  std::string generator_url;  // empty: none
};

// Times of the sample that made it.
std::string alert_to_json(const Alert& alert, std::uint64_t realtime_ns, std::uint64_t monotonic_ns);

// Alertmanager takes for resolved what fires and was not told again by expires_ns (CLOCK_REALTIME).
std::string alertmanager_body(std::span<const Alert> alerts, const AlertOrigin& origin, std::uint64_t expires_ns);

// One body for each rule, in the order in which the rules appear: a body of Alertmanager is of one group.
std::vector<std::string> webhook_bodies(std::span<const Alert> alerts, const AlertOrigin& origin);

}  // namespace tmpfstrace
