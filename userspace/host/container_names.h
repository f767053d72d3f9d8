// SPDX-License-Identifier: Apache-2.0
// Adds to an owner what its path does not tell: names of pods and containers, from the node's own files below a root.
//
// Times are CLOCK_MONOTONIC nanoseconds and are given by the caller; they must not go back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "host/container_state.h"
#include "host/host_root.h"
#include "host/pod_logs.h"
#include "model/owner.h"

namespace tmpfstrace {

struct ContainerNamesOptions {
  std::uint64_t grace_ns = 600'000'000'000;       // how long what is not asked for, or has gone, keeps its name
  std::uint64_t look_gap_ns = 1'000'000'000;      // lists are read no sooner than this after the last time
  std::uint64_t first_retry_ns = 5'000'000'000;   // an id without a name is looked for again after this, then after
  std::uint64_t last_retry_ns = 600'000'000'000;  // twice the time, up to this
  std::size_t most_reads = 100;                   // state files a round; what is left comes in the next
};

class ContainerNames {
 public:
  explicit ContainerNames(HostRoot root, ContainerNamesOptions options = {});

  // Before the owners of a sample.
  void begin_round(std::uint64_t now_ns);
  bool may_read() const { return reads_left_ != 0; }  // more state files in this round

  // Fills members that are empty. Reads files only for an id that is not known, or looked for in vain some time ago.
  // What a user's own service manager runs is left as it is: the node's files do not know it.
  void complete(Owner& owner, std::uint64_t now_ns);

  std::size_t remembered() const { return containers_.size() + pods_.size(); }
  std::uint64_t files_read() const { return files_read_; }
  // Times; they are there, but not to be read or understood.
  std::uint64_t unreadable_files() const { return unreadable_files_; }

 private:
  struct Known {  // of a container id or a pod's uid
    ContainerState state;
    bool read = false;
    std::uint64_t retry_ns = 0;
    std::uint64_t wait_ns = 0;
    std::uint64_t used_ns = 0;
  };
  using Book = std::unordered_map<std::string, Known>;

  void look_for(Known& known, const std::string& container_id, std::uint64_t now_ns);
  void fill(Owner& owner, std::uint64_t now_ns);
  void fill_container(Owner& owner, std::uint64_t now_ns);
  void fill_pod(Owner& owner, std::uint64_t now_ns);
  std::string runtime_name(const std::string& id) const;
  bool look_at_lists(std::uint64_t now_ns);  // are they of this time?

  HostRoot root_;
  ContainerNamesOptions options_;
  PodLogs logs_;
  std::map<std::string, std::string> storage_names_;
  Book containers_;
  Book pods_;  // of a state only the pod's names
  std::size_t reads_left_;
  std::uint64_t files_read_ = 0;
  std::uint64_t unreadable_files_ = 0;
  std::optional<std::uint64_t> looked_ns_;  // at the lists
  std::uint64_t next_clean_ns_ = 0;
};

}  // namespace tmpfstrace
