// SPDX-License-Identifier: Apache-2.0
// User stack addresses as symbols; asks a worker process, see symbol_worker.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "bpf/symbol_worker.h"
#include "host/unique_fd.h"

namespace tmpfstrace {

class Symbols {
 public:
  Symbols() = default;
  ~Symbols();
  Symbols(const Symbols&) = delete;
  Symbols& operator=(const Symbols&) = delete;

  // At each sample: the stacks until the next one get a limited time together, so that a storm of refusals neither
  // keeps the caller from its samples nor costs a processor.
  void begin_interval() { spent_ = {}; }

  // "write+0x14 (libc.so.6)", innermost first; addresses in hex where the process is gone or has no symbol, or where
  // no answer came in time (the first time a large program is refused something, its symbols have to be read). May have
  // fewer frames than addresses: what cannot be a return address is left out.
  std::vector<std::string> resolve(std::uint32_t tgid, const std::vector<std::uint64_t>& addresses);

  // Stacks left as addresses because no answer came in time, or none was waited for.
  std::uint64_t unanswered() const { return unanswered_; }

  // What the workers cost: the pid of the one there is, if any, and the CPU time of all that have ended.
  std::optional<std::int32_t> worker() const { return worker_ < 0 ? std::nullopt : std::optional(worker_); }
  std::uint64_t ended_workers_cpu_ns() const { return ended_workers_cpu_ns_; }

 private:
  using Clock = std::chrono::steady_clock;

  bool start_worker();
  void end_worker();
  bool is_shunned(std::uint32_t tgid);
  std::optional<std::vector<std::string>> ask(const SymbolRequest& request);
  std::optional<std::vector<std::string>> receive(std::chrono::milliseconds patience);
  void give_up();

  UniqueFd socket_;
  int worker_ = -1;                         // pid
  std::optional<std::uint32_t> asked_for_;  // tgid of a request without an answer yet
  Clock::time_point asked_at_;
  Clock::duration spent_{};
  std::uint64_t unanswered_ = 0;
  std::uint64_t ended_workers_cpu_ns_ = 0;
  struct Shunned {
    std::uint32_t tgid = 0;
    Clock::time_point until;
  };
  std::deque<Shunned> shunned_;  // processes whose symbols could not be had in time
};

}  // namespace tmpfstrace
