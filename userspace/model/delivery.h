// SPDX-License-Identifier: Apache-2.0
// How messages get to a receiver.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace tmpfstrace {

struct Delivery {
  std::string url;      // http or https
  std::string ca_file;  // PEM, of who signed the receiver's certificate; empty: those that the system trusts
  std::chrono::milliseconds timeout{10'000};         // of one attempt
  std::chrono::milliseconds retry_first{1'000};      // wait after the first failure; it doubles with each further one
  std::chrono::milliseconds retry_longest{60'000};   // up to this
  std::chrono::milliseconds give_up_after{900'000};  // since the message was made
  std::size_t queue = 100;                           // messages that wait; when there is one more the oldest is dropped
  bool operator==(const Delivery&) const = default;
};

}  // namespace tmpfstrace
