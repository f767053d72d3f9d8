// SPDX-License-Identifier: Apache-2.0
// Names of pods and containers from the kubelet's log directories: /var/log/pods/NAMESPACE_POD_UID/ and the links
// /var/log/containers/POD_NAMESPACE_CONTAINER-ID.log. Names of entries only: no log is opened.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "host/host_root.h"

namespace tmpfstrace {

constexpr std::size_t kMostLogs = 32768;  // entries read of each of the two directories

struct PodName {
  std::string uid;  // empty for a container: its link does not tell
  std::string pod_namespace;
  std::string pod;
  std::string container;     // empty for a pod
  std::string container_id;  // empty for a pod
};

std::optional<PodName> parse_pod_directory(std::string_view name);
std::optional<PodName> parse_container_link(std::string_view name);

// What has gone keeps its name for grace_ns. Times are CLOCK_MONOTONIC nanoseconds of the caller.
class PodLogs {
 public:
  explicit PodLogs(std::uint64_t grace_ns) : grace_ns_(grace_ns) {}

  // Lists both directories; one that is not there holds nothing, one that cannot be read raises unreadable.
  void look(const HostRoot& root, std::uint64_t now_ns, std::uint64_t& unreadable);

  const PodName* pod(const std::string& uid) const { return find(pods_, uid); }
  const PodName* container(const std::string& id) const { return find(containers_, id); }

 private:
  struct Entry {
    PodName name;
    std::uint64_t listed = 0;  // in which look
    std::optional<std::uint64_t> gone_ns;
  };
  using Names = std::unordered_map<std::string, Entry>;

  static const PodName* find(const Names& names, const std::string& key);
  void list(const HostRoot& root, const std::string& path, std::optional<PodName> (*parse)(std::string_view),
            std::string PodName::*key, Names& names, std::uint64_t now_ns, std::uint64_t& unreadable);

  std::uint64_t grace_ns_;
  std::uint64_t looks_ = 0;
  Names pods_;        // by uid
  Names containers_;  // by id
};

}  // namespace tmpfstrace
