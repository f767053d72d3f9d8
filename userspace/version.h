// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace tmpfstrace {

extern const char* const kVersion;  // "0.1.0", or what git describe says of the sources

}  // namespace tmpfstrace
