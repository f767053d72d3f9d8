// SPDX-License-Identifier: Apache-2.0
// bcrypt in a process of its own, of the lowest priority: it takes a tenth of a second and more, in which the worker
// would serve nobody. It knows no names and keeps nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "host/unique_fd.h"
#include "model/result.h"

namespace tmpfstrace {

class PasswordChecker {
 public:
  // Forks, so it comes before the sandbox and before there are connections. `filter`: what the child calls first; it
  // ends without it.
  static Result<PasswordChecker> start(Result<void> (*enter_sandbox)());

  struct Answer {
    bool right = false;
    std::uint64_t cpu_ns = 0;  // that the checker has used since its start
  };

  // Readable when there is an answer, or when the checker has ended.
  int fd() const { return socket_.get(); }
  // False: it has no room for more, or is gone.
  bool ask(const std::string& hash, const std::string& password);
  // Answers come in the order of the questions. Nothing: not yet. An error: the checker is gone.
  Result<std::optional<Answer>> next_answer();

 private:
  explicit PasswordChecker(UniqueFd socket) : socket_(std::move(socket)) {}
  UniqueFd socket_;
};

// Does `password` have this hash? Takes as long as the hash wants it to.
bool password_matches(const std::string& password, const std::string& hash);

}  // namespace tmpfstrace
