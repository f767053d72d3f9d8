// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace tmpfstrace {

// For readers that want text: bytes that are not UTF-8 become U+FFFD, a control character becomes "\x1b" and the like.
std::string printable_utf8(std::string_view bytes);

}  // namespace tmpfstrace
