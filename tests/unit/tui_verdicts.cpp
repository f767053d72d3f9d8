// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "tui/view_verdicts.h"

using namespace tmpfstrace;

namespace {

Verdict verdict_of(Severity severity, const char* finding) {
  Verdict verdict;
  verdict.severity = severity;
  verdict.finding = finding;
  return verdict;
}

std::vector<std::string> texts(const Snapshot& snapshot, GridSize size, Charset charset = Charset::Utf8) {
  std::vector<std::string> texts;
  for (const VerdictLine& line : verdict_lines(snapshot, size, charset)) texts.push_back(line.text);
  return texts;
}

}  // namespace

TEST_CASE("verdicts are wrapped, marked without colour and leave room for the table", "[tui]") {
  Snapshot snapshot;
  CHECK(texts(snapshot, {24, 80}).empty());
  snapshot.verdicts = {verdict_of(Severity::critical, "one two three four five six"),
                       verdict_of(Severity::warning, "seven"), verdict_of(Severity::info, "eight")};
  CHECK(texts(snapshot, {24, 20}) ==
        std::vector<std::string>{"!! one two three", "   four five six.", "!  seven.", "   eight."});
  CHECK(verdict_lines(snapshot, {24, 20}, Charset::Utf8)[0].role == Role::Critical);
  CHECK(verdict_lines(snapshot, {24, 20}, Charset::Utf8)[2].role == Role::Warning);
  CHECK(texts(snapshot, {18, 20}) ==
        std::vector<std::string>{"!! one two three", "   four five six.", "!  seven. (+1)"});
  CHECK(texts(snapshot, {12, 20}, Charset::Ascii) ==
        std::vector<std::string>{"!! one two three", "   four five s~ (+2)"});
  CHECK(texts(snapshot, {11, 20}).empty());
}
