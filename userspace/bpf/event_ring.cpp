// SPDX-License-Identifier: Apache-2.0
#include "bpf/event_ring.h"

#include <cerrno>

#include "bpf/handles.h"

namespace tmpfstrace {

struct EventRing::State {
  RingHandle ring;
};

EventRing::EventRing() : state_(std::make_unique<State>()) {}
EventRing::~EventRing() = default;

Result<std::unique_ptr<EventRing>> EventRing::open(int map_fd) {
  std::unique_ptr<EventRing> ring(new EventRing);
  ring->state_->ring.reset(ring_buffer__new(map_fd, &EventRing::on_record, ring.get(), nullptr));
  if (!ring->state_->ring) return bpf_fail("cannot open the ring buffer of events", errno);
  return ring;
}

int EventRing::fd() const { return ring_buffer__epoll_fd(state_->ring.get()); }

int EventRing::on_record(void* self, void* data, std::size_t size) {
  const Handler* handler = static_cast<EventRing*>(self)->handler_;
  if (handler != nullptr) (*handler)(data, size);
  return 0;
}

Result<void> EventRing::drain(const Handler& handler) {
  handler_ = &handler;
  const int error = ring_buffer__consume(state_->ring.get());
  handler_ = nullptr;
  if (error < 0) return bpf_fail("cannot read the ring buffer of events", error);
  return {};
}

}  // namespace tmpfstrace
