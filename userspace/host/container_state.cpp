// SPDX-License-Identifier: Apache-2.0
#include "host/container_state.h"

#include <utility>

#include "host/json_strings.h"
#include "host/text_file.h"
#include "model/owner.h"

namespace tmpfstrace {
namespace {

constexpr std::size_t kMostName = 253;  // of a DNS subdomain, which a pod's name is; other names are shorter

struct StateFile {
  const char* before_id;
  const char* after_id;
  const char* runtime;  // where the file itself does not say
};

constexpr StateFile kStateFiles[] = {
    {"run/containerd/io.containerd.runtime.v2.task/k8s.io/", "/config.json", "containerd"},
    {"run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/", "/config.json", "containerd"},
    {"run/containerd/io.containerd.runtime.v2.task/default/", "/config.json", "containerd"},
    {"run/containers/storage/overlay-containers/", "/userdata/config.json", "cri-o"},
    {"var/lib/containers/storage/overlay-containers/", "/userdata/config.json", "podman"},
    {"var/lib/docker/containers/", "/config.v2.json", "docker"},
};

constexpr const char* kStorageNames[] = {
    "var/lib/containers/storage/overlay-containers/containers.json",
    "var/lib/containers/storage/overlay-containers/volatile-containers.json",
    "run/containers/storage/overlay-containers/volatile-containers.json",
};

using Annotation = std::pair<std::string_view, std::string ContainerState::*>;

// containerd's CRI. It can be told to copy annotations of a pod, which its user chose, into the file: where these are
// there, the others are not looked at.
constexpr Annotation kContainerdAnnotations[] = {
    {"io.kubernetes.cri.container-name", &ContainerState::k8s_container},
    {"io.kubernetes.cri.sandbox-name", &ContainerState::pod_name},
    {"io.kubernetes.cri.sandbox-namespace", &ContainerState::pod_namespace},
    {"io.kubernetes.cri.sandbox-uid", &ContainerState::pod_uid},
};

// CRI-O, and as labels of a Docker container cri-dockerd; Podman, nerdctl.
constexpr Annotation kOtherAnnotations[] = {
    {"io.kubernetes.container.name", &ContainerState::k8s_container},
    {"io.kubernetes.pod.name", &ContainerState::pod_name},
    {"io.kubernetes.pod.namespace", &ContainerState::pod_namespace},
    {"io.kubernetes.pod.uid", &ContainerState::pod_uid},
    {"nerdctl/name", &ContainerState::name},
    {"io.container.manager", &ContainerState::runtime},
};

void set_name(std::string& member, std::string_view value) {
  if (value.size() <= kMostName) member = value;
}

template <std::size_t Size>
void set_annotation(const Annotation (&annotations)[Size], ContainerState& state, const std::string& key,
                    const std::string& value) {
  for (const auto& [name, member] : annotations)
    if (key == name) set_name(state.*member, value);
}

template <typename Parsed>
std::optional<Parsed> read_and_parse(const HostRoot& root, const std::string& path,
                                     Result<Parsed> (*parse)(std::string_view), std::uint64_t& unreadable) {
  const auto text = root.read_file(path, kSmallFile);
  if (!text && is_absent(text.error())) return std::nullopt;
  auto parsed = text ? parse(*text) : tl::unexpected(text.error());
  if (parsed) return std::move(*parsed);
  ++unreadable;
  return std::nullopt;
}

std::string runtime_of_manager(const std::string& manager) {
  if (manager == "libpod") return "podman";
  return manager == "cri-o" ? manager : std::string();
}

}  // namespace

Result<ContainerState> parse_container_state(std::string_view json) {
  ContainerState containerd;
  ContainerState other;
  const auto parsed = each_json_string(json, [&](const JsonPath& path, const std::string& value) {
    if (path.size() == 1 && path[0] == "Name")
      set_name(other.name, std::string_view(value).substr(value.starts_with('/') ? 1 : 0));
    const bool annotation = path.size() == 2 && path[0] == "annotations";
    const bool label = path.size() == 3 && path[0] == "Config" && path[1] == "Labels";
    if (!annotation && !label) return;
    const std::string& key = path.back();
    if (key == "io.kubernetes.cri.container-type") containerd.sandbox = value == "sandbox";
    if (key == "io.kubernetes.cri-o.ContainerType") other.sandbox = value == "sandbox";
    if (key == "io.kubernetes.docker.type") other.sandbox = value == "podsandbox";
    set_annotation(kContainerdAnnotations, containerd, key, value);
    set_annotation(kOtherAnnotations, other, key, value);
  });
  if (!parsed) return tl::unexpected(parsed.error());
  ContainerState& state = containerd.pod_uid.empty() ? other : containerd;
  state.runtime = runtime_of_manager(state.runtime);
  if (!is_pod_uid(state.pod_uid)) state.pod_uid.clear();
  if (state.sandbox) state.k8s_container.clear();  // CRI-O and cri-dockerd call it POD
  return std::move(state);
}

Result<std::map<std::string, std::string>> parse_storage_names(std::string_view json) {
  std::map<std::string, std::string> names;
  std::string id;
  const auto parsed = each_json_string(json, [&](const JsonPath& path, const std::string& value) {
    if (path.size() < 2 || !path[0].empty()) return;
    // The list is written with the id first.
    if (path.size() == 2 && path[1] == "id") id = is_container_id(value) ? value : "";
    if (path.size() == 3 && path[1] == "names" && !id.empty() && value.size() <= kMostName) names.emplace(id, value);
  });
  if (!parsed) return tl::unexpected(parsed.error());
  return names;
}

std::optional<ContainerState> read_container_state(const HostRoot& root, const std::string& id,
                                                   std::uint64_t& unreadable) {
  for (const StateFile& file : kStateFiles) {
    auto state = read_and_parse(root, file.before_id + id + file.after_id, parse_container_state, unreadable);
    if (!state) continue;
    if (state->runtime.empty()) state->runtime = file.runtime;
    return state;
  }
  return std::nullopt;
}

std::map<std::string, std::string> read_storage_names(const HostRoot& root, std::uint64_t& unreadable) {
  std::map<std::string, std::string> names;
  for (const char* list : kStorageNames)
    if (auto some = read_and_parse(root, list, parse_storage_names, unreadable)) names.merge(*some);
  return names;
}

}  // namespace tmpfstrace
