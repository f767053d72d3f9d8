// SPDX-License-Identifier: Apache-2.0
// The config.json of a bundle, as containerd's CRI writes it for a container of a pod.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace containers {

struct OciContainer {
  std::vector<std::string> words;
  std::string cgroup_path;
  std::optional<std::uint64_t> memory_limit;
  std::string shm;                                         // the sandbox's, on the host
  std::vector<std::pair<std::string, std::string>> binds;  // from where on the host to where
  std::optional<int> sandbox_pid;                          // whose namespaces it joins; absent: it is the sandbox
  std::vector<std::pair<std::string, std::string>> annotations;
};

nlohmann::json oci_spec(const OciContainer& container);

}  // namespace containers
