// SPDX-License-Identifier: Apache-2.0
#include "words.h"

#include <cctype>
#include <cstdlib>

namespace containers {

using Json = nlohmann::json;

bool has(const Json& text, const std::string& part) {
  return text.is_string() && text.get_ref<const std::string&>().find(part) != std::string::npos;
}

long number_before(const std::string& text, const std::string& words) {
  const std::size_t end = text.find(" " + words);
  if (end == std::string::npos) return 0;
  std::string digits;
  for (std::size_t at = end; at > 0 && (std::isdigit(text[at - 1]) != 0 || text[at - 1] == ','); --at)
    if (text[at - 1] != ',') digits.insert(digits.begin(), text[at - 1]);
  return digits.empty() ? 0 : std::stol(digits);
}

double number_between(const std::string& text, const std::string& before, const std::string& after) {
  const std::size_t at = text.find(before);
  if (at == std::string::npos) return 0;
  const std::string rest = text.substr(at + before.size());
  char* end = nullptr;
  const double number = std::strtod(rest.c_str(), &end);
  return std::string(end).starts_with(after) ? number : 0;
}

}  // namespace containers
