// SPDX-License-Identifier: Apache-2.0
// What the path of a cgroup tells: the names that systemd, the kubelet's two cgroup drivers and the runtimes give to
// cgroups, on v1 and v2 alike.
#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "model/owner.h"
#include "model/path_parts.h"

namespace tmpfstrace {
namespace {

constexpr std::string_view slice_suffix = ".slice";
constexpr std::string_view scope_suffix = ".scope";

// systemd puts an underscore before a name that the kernel could take for a file of its own.
std::string_view unescape(std::string_view part) {
  if (part.starts_with('_')) part.remove_prefix(1);
  return part;
}

bool is_slice(std::string_view part) { return part.size() > slice_suffix.size() && part.ends_with(slice_suffix); }

bool is_unit(std::string_view part) {
  for (const std::string_view suffix : {".service", ".scope", ".mount", ".socket", ".swap"})
    if (part.size() > suffix.size() && part.ends_with(suffix)) return true;
  return false;
}

std::string user_of_slice(std::string_view slice) {
  constexpr std::string_view head = "user-";
  if (!slice.starts_with(head)) return {};
  const std::string_view id = slice.substr(head.size(), slice.size() - head.size() - slice_suffix.size());
  const bool digits = !id.empty() && std::all_of(id.begin(), id.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits ? std::string(id) : std::string();
}

// Slices, then a unit; below a user's service manager again. Whatever lies below belongs to that unit.
void read_units(std::span<const std::string_view> parts, Owner& owner) {
  std::size_t at = 0;
  for (; at < parts.size() && is_slice(unescape(parts[at])); ++at) {
    owner.slice = unescape(parts[at]);
    if (owner.user_id.empty()) owner.user_id = user_of_slice(owner.slice);
  }
  if (at == parts.size() || !is_unit(unescape(parts[at]))) return;
  owner.unit = unescape(parts[at]);
  if (!owner.unit.starts_with("user@")) return;
  for (++at; at < parts.size() && is_slice(unescape(parts[at]));) ++at;
  if (at < parts.size() && is_unit(unescape(parts[at]))) owner.user_unit = unescape(parts[at]);
}

struct Pod {
  std::string uid;
  std::string qos;
};

const char* qos_name(std::string_view word) {
  if (word == "burstable") return "Burstable";
  return word == "besteffort" ? "BestEffort" : "";
}

// [PREFIX-]kubepods[-burstable|-besteffort]-podUID.slice, with underscores for the dashes of UID. PREFIX is the
// kubelet's cgroup root.
std::optional<Pod> pod_of_slice(std::string_view part) {
  constexpr std::string_view mark = "-pod";
  if (!is_slice(part)) return std::nullopt;
  part.remove_suffix(slice_suffix.size());
  const std::size_t at = part.rfind(mark);
  if (at == std::string_view::npos) return std::nullopt;
  Pod pod{std::string(part.substr(at + mark.size())), "Guaranteed"};
  std::replace(pod.uid.begin(), pod.uid.end(), '_', '-');
  if (!is_pod_uid(pod.uid)) return std::nullopt;
  std::string_view parent = part.substr(0, at);
  const std::size_t dash = parent.rfind('-');
  if (dash != std::string_view::npos && *qos_name(parent.substr(dash + 1)) != '\0') {
    pod.qos = qos_name(parent.substr(dash + 1));
    parent = parent.substr(0, dash);
  }
  return parent == "kubepods" || parent.ends_with("-kubepods") ? std::optional(pod) : std::nullopt;
}

// kubepods[/burstable|/besteffort]/podUID
std::optional<Pod> pod_of_directories(std::span<const std::string_view> parts, std::size_t at) {
  constexpr std::string_view head = "pod";
  const std::string_view name = parts[at];
  if (at == 0 || !name.starts_with(head) || !is_pod_uid(name.substr(head.size()))) return std::nullopt;
  const std::string uid(name.substr(head.size()));
  if (parts[at - 1] == "kubepods") return Pod{uid, "Guaranteed"};
  const char* qos = qos_name(parts[at - 1]);
  if (*qos == '\0' || at < 2 || parts[at - 2] != "kubepods") return std::nullopt;
  return Pod{uid, qos};
}

struct Container {
  std::string id;
  std::string name;
  std::string runtime;
};

// [PREFIX-]ID[.scope] of the runtimes that have ids, and LXC's names.
std::optional<Container> container_of(std::span<const std::string_view> parts, std::size_t at) {
  constexpr std::pair<std::string_view, const char*> prefixes[] = {{"docker-", "docker"},
                                                                   {"cri-containerd-", "containerd"},
                                                                   {"nerdctl-", "containerd"},
                                                                   {"crio-", "cri-o"},
                                                                   {"libpod-", "podman"}};
  constexpr std::string_view lxc_payload = "lxc.payload.";
  const std::string_view parent = at == 0 ? std::string_view() : parts[at - 1];
  std::string_view part = unescape(parts[at]);
  if (part.size() > lxc_payload.size() && part.starts_with(lxc_payload))
    return Container{"", std::string(part.substr(lxc_payload.size())), "lxc"};
  if (at == 1 && (parent == "lxc" || parent == "lxc.payload")) return Container{"", std::string(part), "lxc"};
  if (is_container_id(part)) return Container{std::string(part), "", parent == "docker" ? "docker" : ""};
  if (part.ends_with(scope_suffix)) part.remove_suffix(scope_suffix.size());
  for (const auto& [prefix, runtime] : prefixes)
    if (part.starts_with(prefix) && is_container_id(part.substr(prefix.size())))
      return Container{std::string(part.substr(prefix.size())), "", runtime};
  return std::nullopt;
}

void set_pod(Owner& owner, Pod pod) {
  owner.outer_id = std::exchange(owner.container_id, {});
  owner.outer_name = std::exchange(owner.container_name, {});
  owner.runtime.clear();
  owner.kind = "pod";
  owner.pod_uid = std::move(pod.uid);
  owner.pod_qos = std::move(pod.qos);
}

void set_container(Owner& owner, Container container) {
  owner.kind = "container";
  owner.container_id = std::move(container.id);
  owner.container_name = std::move(container.name);
  owner.runtime = std::move(container.runtime);
}

// A runtime that was told to leave cgroups to systemd and does not: SLICE:PREFIX:ID is one directory.
std::vector<std::string_view> split_colons(std::span<const std::string_view> parts, std::string& joined) {
  std::vector<std::string_view> split(parts.begin(), parts.end());
  if (split.empty()) return split;
  const std::vector<std::string_view> pieces = split_path(split.back(), ':');
  if (pieces.size() != 3 || !is_slice(pieces[0])) return split;
  joined = std::string(pieces[1]) + "-" + std::string(pieces[2]);
  split.back() = pieces[0];
  split.emplace_back(joined);
  return split;
}

void read_containers(std::span<const std::string_view> parts, Owner& owner) {
  for (std::size_t at = 0; at < parts.size(); ++at) {
    const bool in_pod = !owner.pod_uid.empty();
    if (!in_pod) {
      std::optional<Pod> pod = pod_of_slice(unescape(parts[at]));
      if (!pod) pod = pod_of_directories(parts, at);
      if (pod) {
        set_pod(owner, std::move(*pod));
        continue;
      }
      if (owner.kind == "container") continue;
    }
    std::optional<Container> container = container_of(parts, at);
    if (container) set_container(owner, std::move(*container));
    if (in_pod) return;  // the container is the pod's child, and what is below is the container's
  }
}

}  // namespace

OwnerRef owner_of_cgroup_path(std::string_view path) {
  constexpr std::string_view found_late = "…/";
  if (path.starts_with(found_late)) path.remove_prefix(found_late.size() - 1);
  if (!path.starts_with('/')) return nullptr;
  const std::vector<std::string_view> parts = split_path(path);
  Owner owner;
  std::string joined;
  read_units(parts, owner);
  read_containers(split_colons(parts, joined), owner);
  if (owner.kind.empty() && !owner.unit.empty()) owner.kind = "unit";
  if (owner.kind.empty() && !owner.slice.empty()) owner.kind = "slice";
  return owner.kind.empty() ? nullptr : std::make_shared<const Owner>(std::move(owner));
}

}  // namespace tmpfstrace
