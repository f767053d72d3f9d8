// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "metrics/metric_table.h"

namespace tmpfstrace {

// docs/metrics.md, made of the tables that the code serves from. of_web: those of the process that serves.
std::string metrics_reference(std::span<const MetricInfo> of_web);

}  // namespace tmpfstrace
