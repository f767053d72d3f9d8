// SPDX-License-Identifier: Apache-2.0
// What a runtime's own state files say of a container: an OCI config.json (containerd, CRI-O, Podman), Docker's
// config.v2.json, and the list of names of containers/storage (Podman).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "host/host_root.h"
#include "model/result.h"

namespace tmpfstrace {

// Empty: not said. Names longer than any runtime or Kubernetes allows (253 bytes) count as not said.
struct ContainerState {
  std::string runtime;
  bool sandbox = false;  // it holds a pod's namespaces and its /dev/shm
  std::string name;
  std::string pod_uid;
  std::string pod_namespace;
  std::string pod_name;
  std::string k8s_container;
};

Result<ContainerState> parse_container_state(std::string_view json);

// By container id; of several names the first.
Result<std::map<std::string, std::string>> parse_storage_names(std::string_view json);

// The first state file of that id that is there and sound. id must be one (is_container_id). Raises unreadable for each
// that is there and cannot be read or understood.
std::optional<ContainerState> read_container_state(const HostRoot& root, const std::string& id,
                                                   std::uint64_t& unreadable);

// Of both lists: containers that stay, and those that go when they end (podman run --rm). Empty where there are none.
// unreadable: as above.
std::map<std::string, std::string> read_storage_names(const HostRoot& root, std::uint64_t& unreadable);

}  // namespace tmpfstrace
