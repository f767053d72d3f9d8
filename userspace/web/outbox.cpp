// SPDX-License-Identifier: Apache-2.0
#include "web/outbox.h"

#include <utility>

namespace tmpfstrace {

void Outbox::put_event(std::string line) {
  if (events_.size() >= kMostEvents || event_bytes_ + line.size() > kMostEventBytes) {
    ++events_lost_;
    return;
  }
  event_bytes_ += line.size();
  events_.push_back(std::move(line));
}

std::optional<WebFrame> Outbox::take() {
  const auto take_text = [](std::optional<std::string>& text) { return *std::exchange(text, std::nullopt); };
  if (settings_) return WebFrame{FrameKind::settings, take_text(settings_)};
  if (ready_) return WebFrame{FrameKind::ready, take_text(ready_)};
  for (std::size_t i = 0; i <= kWebDocuments; ++i) {
    const std::size_t turn = std::exchange(turn_, (turn_ + 1) % (kWebDocuments + 1));
    if (turn == kWebDocuments) {
      if (std::optional<WebFrame> frame = take_events()) return frame;
    } else if (documents_[turn]) {
      return WebFrame{frame_of(static_cast<WebDocument>(turn)), take_text(documents_[turn])};
    }
  }
  return std::nullopt;
}

std::optional<WebFrame> Outbox::take_events() {
  WebFrame frame{FrameKind::events, ""};
  while (!events_.empty() && (frame.body.empty() || frame.body.size() + events_.front().size() < kEventFrameBytes)) {
    frame.body += events_.front();
    frame.body += '\n';
    event_bytes_ -= events_.front().size();
    events_.pop_front();
  }
  if (!frame.body.empty()) return frame;
  // Those that were dropped came after all that were kept.
  if (events_lost_ > 0) return WebFrame{FrameKind::events_lost, std::to_string(std::exchange(events_lost_, 0))};
  return std::nullopt;
}

}  // namespace tmpfstrace
