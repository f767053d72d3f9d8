// SPDX-License-Identifier: Apache-2.0
// What is to be sent to the worker and has not been: of each state and document the newest, and a bounded number of
// events. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "web/frames.h"

namespace tmpfstrace {

class Outbox {
 public:
  static constexpr std::size_t kMostEvents = 1024;
  static constexpr std::size_t kMostEventBytes = 1 << 20;
  static constexpr std::size_t kEventFrameBytes = 64 << 10;

  void put_settings(std::string text) { settings_ = std::move(text); }
  void put_ready(std::string why_not) { ready_ = std::move(why_not); }
  void put_document(WebDocument which, std::string text) {
    documents_[static_cast<std::size_t>(which)] = std::move(text);
  }
  // When there is no room it is dropped and counted, and the worker is told.
  void put_event(std::string line);

  // What is sent next, which is not in here any more. Settings and readiness first; then each kind of document and the
  // events have their turn, so that none waits for ever when documents come faster than they can be sent.
  std::optional<WebFrame> take();

 private:
  std::optional<WebFrame> take_events();

  std::size_t turn_ = 0;  // kWebDocuments: the events'
  std::optional<std::string> settings_;
  std::optional<std::string> ready_;
  std::array<std::optional<std::string>, kWebDocuments> documents_;
  std::deque<std::string> events_;
  std::size_t event_bytes_ = 0;
  std::uint64_t events_lost_ = 0;  // not told yet
};

}  // namespace tmpfstrace
