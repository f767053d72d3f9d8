// SPDX-License-Identifier: Apache-2.0
// What the page needs beside itself; userspace/web/static/ is compiled in.
#pragma once

#include <string_view>

namespace tmpfstrace {

std::string_view style_css();
std::string_view live_js();

}  // namespace tmpfstrace
