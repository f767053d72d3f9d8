// SPDX-License-Identifier: Apache-2.0
// The strings of a JSON text, one after the other: no tree is built of a file that may be large or hostile.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"

namespace tmpfstrace {

constexpr std::size_t kMostJsonDepth = 64;

// The keys on the way to a string; an array has an empty one.
using JsonPath = std::vector<std::string>;

// Calls on_string for each string value up to the end, or to the first damage, which is an error: deeper than
// kMostJsonDepth is one too.
Result<void> each_json_string(std::string_view text,
                              const std::function<void(const JsonPath& path, const std::string& value)>& on_string);

}  // namespace tmpfstrace
