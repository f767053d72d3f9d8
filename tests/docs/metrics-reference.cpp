// SPDX-License-Identifier: Apache-2.0
//
// metrics-reference: docs/metrics.md on standard output.
#include <cstdio>

#include "metrics/reference.h"
#include "web/web_metrics.h"

int main() {
  const std::string text = tmpfstrace::metrics_reference(tmpfstrace::kWebMetrics);
  return std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0 ? 1 : 0;
}
