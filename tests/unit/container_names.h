// SPDX-License-Identifier: Apache-2.0
// A node's pods and containers, and how they are asked for their names.
#pragma once

#include <catch2/catch.hpp>

#include <string>
#include <utility>

#include "../support/node_fixture.h"
#include "../support/sample_builder.h"
#include "host/container_names.h"

namespace tmpfstrace::test::node {

inline const std::string uid = "8b2f3c1e-7a64-4d0e-9f5b-1c2d3e4f5a6b";
inline const std::string pod_v2 =
    "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod"
    "8b2f3c1e_7a64_4d0e_9f5b_1c2d3e4f5a6b.slice";
inline const std::string pod_v1 = "/kubepods/burstable/pod" + uid;
inline const std::string state_of_containerd = "run/containerd/io.containerd.runtime.v2.task/k8s.io/";

inline HostRoot open_root(const std::string& directory, LinkPolicy links = LinkPolicy::InRoot) {
  auto root = HostRoot::open(directory, links);
  REQUIRE(root);
  return std::move(*root);
}

inline ContainerNames names_of(const std::string& node) {
  return ContainerNames(open_root(test::fixture_path("host/nodes/" + node)));
}

inline Owner completed(ContainerNames& names, const OwnerRef& parsed, std::uint64_t now_ns) {
  REQUIRE(parsed != nullptr);
  Owner owner = *parsed;
  names.complete(owner, now_ns);
  return owner;
}

inline Owner owner_of(ContainerNames& names, const std::string& path, std::uint64_t now_ns = second) {
  return completed(names, owner_of_cgroup_path(path), now_ns);
}

inline std::string text_of(ContainerNames& names, const std::string& path, std::uint64_t now_ns = second) {
  return owner_text(owner_of(names, path, now_ns));
}

inline Owner owner_of_mount(ContainerNames& names, const std::string& mount_point) {
  return completed(names, owner_of_mount_point(mount_point), second);
}

inline std::string text_of_mount(ContainerNames& names, const std::string& mount_point) {
  return owner_text(owner_of_mount(names, mount_point));
}

inline const std::string cri_annotations =
    R"({"annotations":{"io.kubernetes.cri.container-name":"proxy","io.kubernetes.cri.sandbox-name":"outpost",)"
    R"("io.kubernetes.cri.sandbox-namespace":"auth","io.kubernetes.cri.sandbox-uid":")" +
    uid + R"("}})";

}  // namespace tmpfstrace::test::node
