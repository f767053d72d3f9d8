// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace tmpfstrace {

// Any bytes as text of an HTML element or of a quoted attribute. Names of mounts and processes are chosen by whoever
// made them: markup is escaped; control characters, and those that turn the direction of what follows or cannot be
// seen, are written as \x0a and \u{202e}; what is not UTF-8 is U+FFFD.
std::string html_text(std::string_view bytes);

}  // namespace tmpfstrace
