// SPDX-License-Identifier: Apache-2.0
// What a sentence says.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace containers {

// False when it is no text.
bool has(const nlohmann::json& text, const std::string& part);

// The number before these words, as in "16,384 session_* files"; 0: it is not there.
long number_before(const std::string& text, const std::string& words);

// The number between these words, as in "none removed, 18 a minute"; 0: it is not there.
double number_between(const std::string& text, const std::string& before, const std::string& after);

}  // namespace containers
