// SPDX-License-Identifier: Apache-2.0
// Which passwords are looked at, and which are known already. Pure; the caller has the clock and does the hashing.
//
// bcrypt is slow by design, and so is work that anybody can ask for. A password that was right is remembered as a keyed
// digest, so that scrapes cost no bcrypt; what is not remembered may be checked a few times a second for each address,
// and a few more for all together. A flood from one address leaves room for the others, costs part of one processor,
// and never delays those who are known.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <string>

#include "web/token_bucket.h"

namespace tmpfstrace {

class AuthGate {
 public:
  using Time = TokenBucket::Time;

  static constexpr std::size_t kMostKnown = 64;
  static constexpr std::size_t kMostAddresses = 256;
  static constexpr std::chrono::milliseconds kAddressInterval{1000};
  static constexpr unsigned kAddressBurst = 5;
  static constexpr std::chrono::milliseconds kTotalInterval{200};
  static constexpr unsigned kTotalBurst = 10;

  explicit AuthGate(Time now) : total_(kTotalInterval, kTotalBurst, now) {}

  // `digest` of user, stored hash and password was right before.
  bool is_known(const std::string& digest);
  void remember(const std::string& digest);

  // May one more password be checked that came from `address`? Counts it.
  bool may_check(const std::string& address, Time now);

 private:
  TokenBucket total_;
  std::map<std::string, TokenBucket> addresses_;
  std::list<std::string> known_;  // the last used first
};

}  // namespace tmpfstrace
