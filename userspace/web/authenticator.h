// SPDX-License-Identifier: Apache-2.0
// Basic authentication: who is let in at once, who is not, and whose password has to be looked at first.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>

#include "model/result.h"
#include "web/auth_gate.h"
#include "web/connections.h"
#include "web/password_checker.h"

namespace tmpfstrace {

class Authenticator {
 public:
  using Time = AuthGate::Time;

  static constexpr std::size_t kMostPending = 16;

  // An error: no random key.
  static Result<Authenticator> start(PasswordChecker checker, Time now);

  // Forgets what was right before; empty: nobody has to say who he is.
  void set_users(std::map<std::string, std::string> users, Time now);

  enum class Verdict {
    right,
    wrong,
    asked,    // connection.password will tell
    too_many  // nothing was looked at
  };
  // `header`: of Authorization, null without one.
  Verdict look_at(const char* header, Connection& connection, Time now);

  int fd() const { return checker_.fd(); }
  // Sets Connection::password of those whose answer has come, and hands them over. An error: the checker has ended.
  Result<void> take_answers(const std::function<void(Connection&)>& visit);
  void forget(const Connection& connection);

  std::uint64_t checker_cpu_ns() const { return checker_cpu_ns_; }

 private:
  struct Pending {
    Connection* connection;  // null: it is closed
    std::uint64_t users;     // of which version of them was asked
    bool known_user;
  };

  Authenticator(PasswordChecker checker, std::string key, Time now)
      : checker_(std::move(checker)), key_(std::move(key)), gate_(now) {}
  std::string digest_of(const std::string& user, const std::string& hash, const std::string& password) const;

  PasswordChecker checker_;
  std::string key_;
  AuthGate gate_;
  std::map<std::string, std::string> users_;
  std::uint64_t users_version_ = 0;
  std::deque<Pending> pending_;
  std::uint64_t checker_cpu_ns_ = 0;
};

}  // namespace tmpfstrace
