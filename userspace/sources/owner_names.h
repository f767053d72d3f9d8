// SPDX-License-Identifier: Apache-2.0
// The owners of the cgroups and superblocks of a live host. What has ended keeps its owner as long as it is asked for,
// and a grace time more.
//
// Times are CLOCK_MONOTONIC nanoseconds and are given by the caller; they must not go back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "host/container_names.h"
#include "host/host_paths.h"
#include "model/id_hash.h"
#include "model/owner.h"
#include "model/sample.h"

namespace tmpfstrace {

class OwnerNames {
 public:
  // An error: paths.root cannot be opened.
  static Result<OwnerNames> open(const HostPaths& paths);

  void begin_sample(std::uint64_t now_ns);

  // The path may be one that was found late ("…/NAME"), or no more than the id: what was known before stays.
  OwnerRef of_cgroup(CgroupId id, const std::string& path, std::uint64_t now_ns);

  // By a mount of its whole in the mount namespace of process 1. Without one what was known before, if its generation
  // tells that it is the same superblock.
  OwnerRef of_superblock(const Superblock& superblock, std::uint64_t now_ns);

  std::uint64_t unreadable_files() const { return names_.unreadable_files(); }  // times since open
  std::size_t remembered() const { return cgroups_.size() + superblocks_.size(); }

 private:
  struct Known {
    std::string path;  // that it comes from
    OwnerRef owner;
    bool named = false;
    std::uint64_t ask_again_ns = 0;  // for the names that are missing
    std::uint64_t wait_ns = 0;
    std::uint64_t used_ns = 0;
  };

  OwnerNames(const HostPaths& paths, ContainerNames names) : paths_(paths), names_(std::move(names)) {}

  OwnerRef complete(Known& known, std::uint64_t now_ns);
  OwnerRef complete_mount(Known& known, std::uint64_t now_ns);

  HostPaths paths_;
  ContainerNames names_;
  std::unordered_map<CgroupId, Known> cgroups_;
  std::unordered_map<SuperblockId, Known, IdHash> superblocks_;
  std::optional<std::uint64_t> host_namespace_;
  std::uint64_t next_clean_ns_ = 0;
};

}  // namespace tmpfstrace
