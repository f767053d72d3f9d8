// SPDX-License-Identifier: Apache-2.0
// A BPF ring buffer of tmpfs_event records.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "model/result.h"

namespace tmpfstrace {

class EventRing {
 public:
  using Handler = std::function<void(const void* data, std::size_t size)>;

  // map_fd stays the caller's and must outlive the ring.
  static Result<std::unique_ptr<EventRing>> open(int map_fd);
  ~EventRing();
  EventRing(const EventRing&) = delete;
  EventRing& operator=(const EventRing&) = delete;

  int fd() const;  // becomes readable; owned by the ring
  Result<void> drain(const Handler& handler);

 private:
  EventRing();
  static int on_record(void* self, void* data, std::size_t size);

  struct State;
  std::unique_ptr<State> state_;
  const Handler* handler_ = nullptr;
};

}  // namespace tmpfstrace
