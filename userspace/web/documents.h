// SPDX-License-Identifier: Apache-2.0
// The newest document of each kind. An answer in flight keeps the version it began with.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "web/frames.h"
#include "web/gzip_parts.h"

namespace tmpfstrace {

struct Document {
  std::string text;
  std::optional<GzipHead> gzip;  // once somebody wanted it
};

class Documents {
 public:
  using Time = std::chrono::steady_clock::time_point;

  void put(WebDocument which, std::string text, Time now) {
    newest_[static_cast<std::size_t>(which)] = std::make_shared<Document>(Document{std::move(text), std::nullopt});
    arrived_ = now;
  }
  // Null: there is none yet.
  const std::shared_ptr<Document>& get(WebDocument which) const { return newest_[static_cast<std::size_t>(which)]; }
  // Of the newest of all; absent: there was none.
  std::optional<std::chrono::steady_clock::duration> age(Time now) const {
    if (!arrived_) return std::nullopt;
    return now - *arrived_;
  }

 private:
  std::array<std::shared_ptr<Document>, kWebDocuments> newest_;
  std::optional<Time> arrived_;
};

}  // namespace tmpfstrace
