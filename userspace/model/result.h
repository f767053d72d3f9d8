// SPDX-License-Identifier: Apache-2.0
// How a function that can fail says so. A value, or one Error: what failed, on what, why, and what to do.
#pragma once

#include <string>
#include <string_view>
#include <system_error>
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

// "cannot <action> <subject>: <text of code>". code is a positive errno and becomes Error::code.
inline tl::unexpected<Error> fail_errno(std::string_view action, std::string_view subject, int code,
                                        std::string hint = {}) {
  std::string message("cannot ");
  message.append(action).append(" ").append(subject).append(": ").append(std::generic_category().message(code));
  return fail(std::move(message), std::move(hint), code);
}

}  // namespace tmpfstrace
