// SPDX-License-Identifier: Apache-2.0
// Whose a cgroup or a superblock is, in the words of the node: pod, container, systemd unit. Pure: what a path tells by
// itself. Names of pods and containers, which no path tells, are added by host/container_names.h.
//
// A path is believed from its top down, because what lies below a container or a user's service manager is named by
// them: the outermost container is the owner, and nothing below a pod's container changes that. Only a pod below a
// container that is not itself in a pod is taken, with that container as its node (kind, or a Kubernetes node in LXC).
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace tmpfstrace {

// Every member is empty where it is not known or has no meaning.
struct Owner {
  std::string kind;           // "pod", "container", "sandbox" (a container that is the pod's own), "unit", "slice"
  std::string k8s_namespace;  // of the pod
  std::string pod_name;
  std::string pod_uid;        // as the kubelet has it: a UUID, for a static pod 32 hexadecimal digits
  std::string pod_qos;        // "Guaranteed", "Burstable", "BestEffort"
  std::string k8s_container;  // its name in the pod; of a pod's mount, in a verdict, who writes there
  std::string volume;         // name in the pod
  std::string volume_type;    // "emptyDir", "secret", "projected", "downwardAPI"
  std::string container_id;   // 64 hexadecimal digits; of a pod's mount that of its sandbox
  std::string container_name;
  std::string runtime;     // "docker", "containerd", "cri-o", "podman", "lxc"
  std::string outer_id;    // the container that the pod's node runs in
  std::string outer_name;  // its name
  std::string unit;        // of systemd, with its escapes
  std::string user_unit;   // of the user's own service manager
  std::string slice;       // the innermost one that the unit is in
  std::string user_id;     // of the user whose slice it is in
  bool operator==(const Owner&) const = default;
};

// Shared by the samples of an object and never changed. Null: nothing is known.
using OwnerRef = std::shared_ptr<const Owner>;

// The members under the names that documents and recordings have for them: OpenTelemetry's where it has one.
struct OwnerField {
  const char* name;
  std::string Owner::*member;
};
inline constexpr OwnerField owner_fields[] = {
    {"kind", &Owner::kind},
    {"k8s.namespace.name", &Owner::k8s_namespace},
    {"k8s.pod.name", &Owner::pod_name},
    {"k8s.pod.uid", &Owner::pod_uid},
    {"k8s.pod.qos_class", &Owner::pod_qos},
    {"k8s.container.name", &Owner::k8s_container},
    {"k8s.volume.name", &Owner::volume},
    {"k8s.volume.type", &Owner::volume_type},
    {"container.id", &Owner::container_id},
    {"container.name", &Owner::container_name},
    {"container.runtime.name", &Owner::runtime},
    {"outer.container.id", &Owner::outer_id},
    {"outer.container.name", &Owner::outer_name},
    {"systemd.unit", &Owner::unit},
    {"systemd.user_unit", &Owner::user_unit},
    {"systemd.slice", &Owner::slice},
    {"systemd.owner_uid", &Owner::user_id},
};

bool is_container_id(std::string_view text);  // 64 lower-case hexadecimal digits
bool is_pod_uid(std::string_view text);       // a UUID in lower case, or 32 hexadecimal digits

// Of a cgroup, by its path below the root of the hierarchy ("/…"), or by its last component ("…/NAME").
OwnerRef owner_of_cgroup_path(std::string_view path);

// Of a tmpfs, by where the host's own mount namespace has it: the /dev/shm of a pod's sandbox or of a container, and
// the volumes that the kubelet keeps in memory. A mount point elsewhere is named by whoever made it.
OwnerRef owner_of_mount_point(std::string_view path);

// Is there a name for everything that has one?
bool is_named(const Owner& owner);

// One line: "pod auth/outpost container proxy", "container web (docker)", "unit nginx.service", "session 3 of user
// 1000". Where a name is not known its id stands for it. May hold any byte that a path or a name can hold.
std::string owner_text(const Owner& owner);

}  // namespace tmpfstrace
