// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <cerrno>
#include <random>

#include "../support/temp_tree.h"
#include "container_names.h"
#include "host/json_strings.h"
#include "host/text_file.h"

using namespace tmpfstrace;
using tmpfstrace::test::fixture_path;
using tmpfstrace::test::TempTree;
using namespace tmpfstrace::test::node;

TEST_CASE("names from the runtimes' state files", "[owner][host]") {
  SECTION("containerd, both cgroup drivers") {
    ContainerNames names = names_of("containerd");
    for (const std::string& path : {pod_v2 + "/cri-containerd-" + proxy + ".scope", pod_v1 + "/" + proxy}) {
      const Owner owner = owner_of(names, path);
      CHECK(owner_text(owner) == "pod auth/outpost container proxy");
      CHECK(owner.runtime == "containerd");
      CHECK(owner.container_name.empty());
      CHECK(is_named(owner));
    }
    const Owner pause = owner_of(names, pod_v1 + "/" + sandbox);
    CHECK(pause.kind == "sandbox");
    CHECK(owner_text(pause) == "pod auth/outpost sandbox");
    const Owner shm = owner_of_mount(names, "/run/containerd/io.containerd.grpc.v1.cri/sandboxes/" + sandbox + "/shm");
    CHECK(owner_text(shm) == "pod auth/outpost");
    CHECK(shm.pod_uid == uid);
    // The pod's names are known from its containers by now.
    CHECK(text_of_mount(names, "/var/lib/kubelet/pods/" + uid + "/volumes/kubernetes.io~empty-dir/cache") ==
          "pod auth/outpost volume cache");
    CHECK(names.files_read() == 2);
  }
  SECTION("CRI-O") {
    ContainerNames names = names_of("crio");
    const Owner owner = owner_of(names, pod_v1 + "/" + proxy);
    CHECK(owner_text(owner) == "pod auth/outpost container proxy");
    CHECK(owner.runtime == "cri-o");
    const Owner shm = owner_of_mount(names, "/run/containers/storage/overlay-containers/" + sandbox + "/userdata/shm");
    CHECK(shm.kind == "sandbox");
    CHECK(shm.pod_name == "outpost");
    CHECK(shm.k8s_container.empty());
  }
  SECTION("Docker, alone and under Kubernetes") {
    ContainerNames names = names_of("docker");
    const std::string web = "e90b8831a4b8d6e7f1c2b3a495867708192a3b4c5d6e7f8091a2b3c4d5e6f708";
    for (const std::string& path : {"/docker/" + web, "/system.slice/docker-" + web + ".scope", "/mine/" + web})
      CHECK(text_of(names, path) == "container web (docker)");
    CHECK(text_of_mount(names, "/var/lib/docker/containers/" + web + "/mounts/shm") == "container web (docker)");
    const Owner owner = owner_of(names, pod_v1 + "/" + proxy);
    CHECK(owner_text(owner) == "pod auth/outpost container proxy");
    CHECK(owner.container_name == "k8s_proxy_outpost_auth_" + uid + "_0");
    CHECK(owner_of(names, pod_v1 + "/" + sandbox).kind == "sandbox");
  }
  SECTION("Podman, whose names are in a list") {
    ContainerNames names = names_of("podman");
    const std::string web = "e5ac483310a9db6071fc184475701a9825328ccf07abf3bcc37abfc7acf8f847";
    const std::string once = "fa9ac5c8b7d65cd63ea3b0bef2f140333b8c69201f648d631ec3693384150de3";
    CHECK(text_of(names, "/machine.slice/libpod-" + web + ".scope/container") == "container web (podman)");
    CHECK(text_of(names, "/libpod_parent/libpod-" + once) == "container once (podman)");  // podman run --rm
    CHECK(text_of_mount(names, "/var/lib/containers/storage/overlay-containers/" + web + "/userdata/shm") ==
          "container web (podman)");
    // A user's own containers are not in the node's files: an id found there would be another's.
    CHECK(text_of(names, "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + web + ".scope") ==
          "container e5ac483310a9 (podman) of user 1000");
  }
}

TEST_CASE("names from the kubelet's log directories alone", "[owner][host]") {
  ContainerNames names = names_of("kubelet-logs");
  const Owner owner = owner_of(names, pod_v2 + "/cri-containerd-" + proxy + ".scope");
  CHECK(owner_text(owner) == "pod auth/outpost container proxy");
  CHECK(is_named(owner));
  CHECK(text_of(names, pod_v2) == "pod auth/outpost");
  CHECK(text_of_mount(names, "/var/lib/kubelet/pods/" + uid + "/volumes/kubernetes.io~empty-dir/cache") ==
        "pod auth/outpost volume cache");
  // A static pod, below a node that is a container itself.
  CHECK(text_of(names, "/docker/" + sandbox + "/kubelet/kubepods/burstable/podb1c2d3e4f5a60718293a4b5c6d7e8f90/" +
                           "5eba47f0d3c14b7a96c2e8f1047d9b3a6c5e2f81a0b9d8c7e6f5a4b3c2d1e0f9") ==
        "pod kube-system/etcd-node1 container etcd in container 9d27c0ffee51");
}

TEST_CASE("entries of the log directories", "[owner][host]") {
  const auto link = parse_container_link("outpost_auth_side-car-" + proxy + ".log");
  REQUIRE(link);
  CHECK(link->pod == "outpost");
  CHECK(link->pod_namespace == "auth");
  CHECK(link->container == "side-car");
  CHECK(link->container_id == proxy);
  for (const std::string& bad :
       {std::string(), std::string(".log"), "outpost_auth_" + proxy + ".log", "outpost_auth_-" + proxy + ".log",
        "outpost_auth_proxy-" + proxy, "_auth_proxy-" + proxy + ".log", "a_b_c_d-" + proxy + ".log",
        "a__b_c-" + proxy + ".log", "outpost_auth_proxy-" + proxy.substr(1) + ".log", std::string(255, '_')}) {
    INFO(bad);
    CHECK_FALSE(parse_container_link(bad));
  }
  const auto pod = parse_pod_directory("auth_outpost_" + uid);
  REQUIRE(pod);
  CHECK(pod->pod_namespace == "auth");
  CHECK(pod->pod == "outpost");
  for (const std::string& bad : {std::string(), "auth_" + uid, "auth_outpost_x_" + uid, "auth__" + uid,
                                 "_outpost_" + uid, "auth_outpost_" + uid.substr(1), "auth_outpost_" + uid + "_"}) {
    INFO(bad);
    CHECK_FALSE(parse_pod_directory(bad));
  }
}

TEST_CASE("an id without a name is looked for again, ever less often", "[owner][host]") {
  const TempTree tree;
  ContainerNames names(open_root(tree.root()));
  const std::string path = pod_v1 + "/" + proxy;
  const auto at = [&](std::uint64_t seconds) {
    names.begin_round(seconds * second);
    return text_of(names, path, seconds * second);
  };
  const std::string unnamed = "pod " + uid + " container 3f1a2b9c4d5e";
  CHECK(at(1) == unnamed);
  CHECK(names.files_read() == 1);
  for (std::uint64_t s = 2; s < 6; ++s) CHECK(at(s) == unnamed);
  CHECK(names.files_read() == 1);
  CHECK(at(6) == unnamed);  // after 5 s, then 10
  CHECK(names.files_read() == 2);
  CHECK(at(15) == unnamed);
  CHECK(names.files_read() == 2);
  tree.file(state_of_containerd + proxy + "/config.json", cri_annotations);
  CHECK(at(16) == "pod auth/outpost container proxy");
  CHECK(names.files_read() == 3);
  tree.remove("run");  // the container has gone: its names stay
  CHECK(at(17) == "pod auth/outpost container proxy");
  CHECK(names.files_read() == 3);
  CHECK(names.remembered() == 2);  // the container and its pod
  names.begin_round(700 * second);
  CHECK(names.remembered() == 0);
}

TEST_CASE("pods that have gone keep their names for a grace time", "[owner][host]") {
  const TempTree tree;
  tree.directory("var/log/pods/auth_outpost_" + uid);
  PodLogs logs(600 * second);
  const HostRoot root = open_root(tree.root());
  std::uint64_t unreadable = 0;
  logs.look(root, second, unreadable);
  REQUIRE(logs.pod(uid) != nullptr);
  tree.remove("var/log/pods/auth_outpost_" + uid);
  logs.look(root, 1000 * second, unreadable);
  CHECK(logs.pod(uid) != nullptr);
  logs.look(root, 1600 * second, unreadable);
  CHECK(logs.pod(uid) != nullptr);
  logs.look(root, 1601 * second, unreadable);
  CHECK(logs.pod(uid) == nullptr);
  CHECK(unreadable == 0);  // the directory of the containers' links is not there at all
}

TEST_CASE("a file that is there and cannot be read is counted", "[owner][host]") {
  const TempTree tree;
  ContainerNames names(open_root(tree.root()));
  names.begin_round(second);
  CHECK(text_of(names, pod_v1 + "/" + proxy, second) == "pod " + uid + " container 3f1a2b9c4d5e");
  CHECK(names.unreadable_files() == 0);
  tree.file(state_of_containerd + proxy + "/config.json", cri_annotations.substr(0, 40));
  tree.file("var/lib/containers/storage/overlay-containers/containers.json", "[{");
  tree.directory("run/containers/storage/overlay-containers/volatile-containers.json");
  names.begin_round(10 * second);
  CHECK(text_of(names, pod_v1 + "/" + proxy, 10 * second) == "pod " + uid + " container 3f1a2b9c4d5e");
  CHECK(names.unreadable_files() == 3);
}

TEST_CASE("no more state files than a round allows", "[owner][host]") {
  const TempTree tree;
  ContainerNamesOptions options;
  options.most_reads = 3;
  ContainerNames names(open_root(tree.root()), options);
  for (int round = 1; round <= 3; ++round) {
    names.begin_round(second);
    for (int i = 0; i < 8; ++i) {
      std::string id = proxy;
      id[0] = static_cast<char>('0' + i);
      text_of(names, "/docker/" + id);
    }
    CHECK(names.files_read() == std::min<std::uint64_t>(8, 3U * static_cast<unsigned>(round)));
  }
}
