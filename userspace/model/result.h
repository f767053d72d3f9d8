// SPDX-License-Identifier: Apache-2.0
// How a function that can fail says so. A value, or one Error: what failed, on what, why, and what to do.
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace tmpfstrace {

struct Error {
  std::string message;  // "cannot open /proc/1/mountinfo: Permission denied"
  std::string hint;     // what to do about it; may be empty
  int code = 0;         // positive errno where there was one
};

template <typename T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(std::string message, std::string hint = {}, int code = 0) {
  return tl::unexpected<Error>(Error{std::move(message), std::move(hint), code});
}

}  // namespace tmpfstrace
