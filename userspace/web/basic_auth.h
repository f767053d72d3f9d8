// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tmpfstrace {

struct Credentials {
  std::string user;
  std::string password;
};

// Of an Authorization header, any bytes. Nothing: it is no basic authentication, or longer than any password of bcrypt.
std::optional<Credentials> parse_basic_auth(std::string_view header);

}  // namespace tmpfstrace
