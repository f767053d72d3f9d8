// SPDX-License-Identifier: Apache-2.0
// POSTs JSON to one URL. One thread at a time posts; cancel_at() may be called from any.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "model/delivery.h"
#include "model/result.h"

namespace tmpfstrace {

struct PostResult {
  enum class Kind { delivered, failed, refused };  // refused: the same message would be refused again
  Kind kind = Kind::failed;
  std::string why;  // "HTTP status 503: …"; empty when it was delivered
};

class HttpPost {
 public:
  using Clock = std::chrono::steady_clock;

  static Result<std::unique_ptr<HttpPost>> create(const Delivery& delivery);
  ~HttpPost();

  // Takes no longer than the timeout of the delivery, nor beyond the time of cancel_at(). Redirects are not followed:
  // who may answer for the receiver is for the configuration to say. Certificates are verified.
  PostResult post(const std::string& body);

  void cancel_at(Clock::time_point time);

 private:
  struct Handles;
  explicit HttpPost(std::unique_ptr<Handles> handles);
  std::unique_ptr<Handles> handles_;
};

}  // namespace tmpfstrace
