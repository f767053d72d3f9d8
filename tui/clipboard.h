// SPDX-License-Identifier: Apache-2.0
// The clipboard of whoever sits before the terminal, also at the far end of an ssh line: the control sequence OSC 52.
#pragma once

#include <string>
#include <string_view>

namespace tmpfstrace {

// By the type's name: terminfo has no entry for it that is kept up. One that does not know the sequence would print it.
bool takes_clipboard(std::string_view terminal_type);

// The sequence with the text in base64.
std::string clipboard_sequence(std::string_view text);

}  // namespace tmpfstrace
