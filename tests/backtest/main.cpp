// SPDX-License-Identifier: Apache-2.0
// backtest: the forecast held against real traces. See docs/forecast.md.
#include <cstdio>
#include <string_view>

#include <fmt/format.h>

#include "trace.h"

using namespace tmpfstrace::backtest;

int main(int count, char** arguments) {
  const std::string_view command = count > 2 ? arguments[1] : "";
  if (command == "extract") return extract(count - 2, arguments + 2);
  const bool known =
      (count == 3 && (command == "openmetrics" || command == "queries")) || (count == 4 && command == "check");
  if (!known) {
    fmt::print(stderr, "usage: backtest openmetrics|queries TRACES | check TRACES ANSWERS | extract …\n");
    return 2;
  }
  const auto traces = read_traces(arguments[2]);
  if (!traces) {
    fmt::print(stderr, "backtest: {}\n", traces.error().message);
    return 2;
  }
  if (command == "openmetrics") return print_openmetrics(*traces);
  if (command == "queries") return print_queries(*traces);
  return check(*traces, arguments[3]);
}
