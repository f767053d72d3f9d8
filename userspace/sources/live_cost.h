// SPDX-License-Identifier: Apache-2.0
// What the running tool costs: puts together what the kernel tells of its processes, maps and programs, and says when
// the kernel has to count runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bpf/loaded_objects.h"
#include "bpf/program_cost.h"
#include "bpf/symbols.h"
#include "host/host_paths.h"
#include "host/unique_fd.h"
#include "model/self_cost.h"

namespace tmpfstrace {

// Times are CLOCK_MONOTONIC.
class LiveCost {
 public:
  // Null: no BPF. The objects must outlive this. maps_measured: see SelfCost.
  LiveCost(HostPaths paths, const LoadedObjects* objects, bool maps_measured);

  // Readable when a window is to be ended; -1 where there are no windows.
  int timer_fd() const { return timer_.get(); }

  // A window each minute, of a second: with a sample, so that there is none while no sample is taken.
  void begin_window_if_due(std::uint64_t now_ns);
  // Whenever the source wakes up: ends a window that has lasted half a second or more.
  void end_window_if_over(std::uint64_t now_ns);
  // For a report: now, and until the other call.
  void begin_window();
  void end_window();

  SelfCost read(const Symbols& symbols) const;

  struct MapBytes {
    std::string name;
    std::optional<std::uint64_t> bytes;
  };
  std::vector<MapBytes> read_maps() const;

 private:
  void forget_window(const Error& error);

  HostPaths paths_;
  const LoadedObjects* objects_;
  bool maps_measured_;
  std::optional<ProgramCost> programs_;
  UniqueFd timer_;
  std::optional<std::uint64_t> last_begin_ns_;
  std::optional<ProgramWindow> window_;
  std::string no_window_;
};

}  // namespace tmpfstrace
