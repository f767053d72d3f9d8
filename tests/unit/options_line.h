// SPDX-License-Identifier: Apache-2.0
// A command line as a person types it, and what becomes of it.
#pragma once

#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include <catch2/catch.hpp>

#include "options.h"

namespace tmpfstrace::test {

inline std::variant<Options, EarlyExit> parse(const std::string& line, bool on_terminal = true) {
  std::vector<std::string> words{"tmpfstrace"};
  std::istringstream stream(line);
  for (std::string word; stream >> word;) words.push_back(word == "''" ? "" : word);
  std::vector<const char*> argv;
  for (const std::string& word : words) argv.push_back(word.c_str());
  return parse_options(static_cast<int>(argv.size()), argv.data(), on_terminal);
}

inline Options accepted(const std::string& line, bool on_terminal = true) {
  const auto parsed = parse(line, on_terminal);
  INFO(line);
  if (const auto* early = std::get_if<EarlyExit>(&parsed)) FAIL(early->text);
  return std::get<Options>(parsed);
}

inline EarlyExit refused(const std::string& line, bool on_terminal = true) {
  const auto parsed = parse(line, on_terminal);
  INFO(line);
  REQUIRE(std::holds_alternative<EarlyExit>(parsed));
  return std::get<EarlyExit>(parsed);
}

}  // namespace tmpfstrace::test
