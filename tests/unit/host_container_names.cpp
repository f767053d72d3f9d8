// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <cerrno>
#include <random>

#include "../support/node_fixture.h"
#include "../support/sample_builder.h"
#include "../support/temp_tree.h"
#include "host/container_names.h"
#include "host/json_strings.h"
#include "host/text_file.h"

using namespace tmpfstrace;
using tmpfstrace::test::fixture_path;
using tmpfstrace::test::TempTree;
using namespace tmpfstrace::test::node;

namespace {

const std::string uid = "8b2f3c1e-7a64-4d0e-9f5b-1c2d3e4f5a6b";
const std::string pod_v2 =
    "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod"
    "8b2f3c1e_7a64_4d0e_9f5b_1c2d3e4f5a6b.slice";
const std::string pod_v1 = "/kubepods/burstable/pod" + uid;
const std::string state_of_containerd = "run/containerd/io.containerd.runtime.v2.task/k8s.io/";

HostRoot open_root(const std::string& directory, LinkPolicy links = LinkPolicy::InRoot) {
  auto root = HostRoot::open(directory, links);
  REQUIRE(root);
  return std::move(*root);
}

ContainerNames names_of(const std::string& node) {
  return ContainerNames(open_root(fixture_path("host/nodes/" + node)));
}

Owner completed(ContainerNames& names, const OwnerRef& parsed, std::uint64_t now_ns) {
  REQUIRE(parsed != nullptr);
  Owner owner = *parsed;
  names.complete(owner, now_ns);
  return owner;
}

Owner owner_of(ContainerNames& names, const std::string& path, std::uint64_t now_ns = second) {
  return completed(names, owner_of_cgroup_path(path), now_ns);
}

std::string text_of(ContainerNames& names, const std::string& path, std::uint64_t now_ns = second) {
  return owner_text(owner_of(names, path, now_ns));
}

Owner owner_of_mount(ContainerNames& names, const std::string& mount_point) {
  return completed(names, owner_of_mount_point(mount_point), second);
}

std::string text_of_mount(ContainerNames& names, const std::string& mount_point) {
  return owner_text(owner_of_mount(names, mount_point));
}

const std::string cri_annotations =
    R"({"annotations":{"io.kubernetes.cri.container-name":"proxy","io.kubernetes.cri.sandbox-name":"outpost",)"
    R"("io.kubernetes.cri.sandbox-namespace":"auth","io.kubernetes.cri.sandbox-uid":")" +
    uid + R"("}})";

}  // namespace

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

TEST_CASE("links end inside of the root", "[owner][host]") {
  const TempTree outside;
  outside.file("secret/" + proxy + "/config.v2.json", R"({"Name":"/stolen"})");
  const TempTree tree;
  tree.file("data/docker/" + proxy + "/config.v2.json", R"({"Name":"/web"})");
  const std::string where = "var/lib/docker/containers";
  const std::string file = where + "/" + proxy + "/config.v2.json";

  SECTION("an absolute one means the root's own") {
    tree.symlink(where, "/data/docker");
    const auto text = open_root(tree.root()).read_file(file, 1000);
    REQUIRE(text);
    CHECK(*text == R"({"Name":"/web"})");
  }
  SECTION("one that leads out does not") {
    tree.symlink(where, "../../../../../../../../.." + outside.path("secret"));
    CHECK_FALSE(open_root(tree.root()).read_file(file, 1000));
    tree.remove(where);
    tree.symlink(where, outside.path("secret"));
    CHECK_FALSE(open_root(tree.root()).read_file(file, 1000));
  }
  SECTION("one of /proc does not") {
    tree.symlink(where, "/proc/self/root" + outside.path("secret"));
    CHECK_FALSE(open_root(tree.root()).read_file(file, 1000));
  }
  SECTION("without openat2 none is followed") {
    const HostRoot root = open_root(tree.root(), LinkPolicy::NoLinks);
    CHECK(root.read_file("data/docker/" + proxy + "/config.v2.json", 1000));
    tree.symlink(where, "/data/docker");
    CHECK_FALSE(root.read_file(file, 1000));
    tree.remove(where);
    tree.symlink(file, tree.path("data/docker/" + proxy + "/config.v2.json"));
    CHECK_FALSE(root.read_file(file, 1000));
    CHECK_FALSE(root.open_directory(where + "/nothing"));
    CHECK(root.open_directory("data/docker"));
  }
}

TEST_CASE("what is not a plain file of a fair size is not read", "[owner][host]") {
  const TempTree tree;
  const HostRoot root = open_root(tree.root());
  tree.file("large", std::string(1001, ' '));
  CHECK(root.read_file("large", 1000).error().code == EFBIG);
  CHECK(root.read_file("large", 1001));
  tree.directory("directory");
  CHECK(root.read_file("directory", 1000).error().code == EINVAL);
  REQUIRE(::mkfifo(tree.path("fifo").c_str(), 0600) == 0);
  CHECK(root.read_file("fifo", 1000).error().code == EINVAL);
  CHECK(root.read_file("nothing", 1000).error().code == ENOENT);
  const auto missing = HostRoot::open(tree.path("nothing"));
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message == "cannot open " + tree.path("nothing") + ": No such file or directory");
  CHECK_FALSE(HostRoot::open(tree.path("large")));
}

TEST_CASE("hostile state files name nothing, and do no harm", "[owner][host]") {
  const std::string deep(100'000, '[');
  const std::string deep_object = [] {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += R"({"a":)";
    return text;
  }();
  for (const std::string& text : {std::string(), std::string("{"), std::string("null x"), std::string("\xff"), deep,
                                  deep_object, std::string(R"({"annotations":{"io.kubernetes.pod.name":1e999}})")}) {
    INFO(text.substr(0, 60));
    CHECK_FALSE(parse_container_state(text));
    CHECK_FALSE(parse_storage_names(text));
  }
  for (const std::string& text :
       {std::string("null"), std::string("[]"), std::string(R"(["Name"])"),
        std::string(R"([{"id":"x","names":["y"]}])"),
        std::string(R"({"name":"/web","Config":{"Name":"web"},"annotations":{"a":{"nerdctl/name":"web"}}})"),
        R"({"Name":"/)" + std::string(254, 'x') + R"("})",
        std::string(
            R"({"annotations":{"io.kubernetes.cri.sandbox-uid":"../../../etc","io.kubernetes.pod.uid":"x"}})")}) {
    INFO(text);
    const auto state = parse_container_state(text);
    REQUIRE(state);
    CHECK(state->name.empty());
    CHECK(state->pod_uid.empty());
    const auto names = parse_storage_names(text);
    REQUIRE(names);
    CHECK(names->empty());
  }
  // A pod's user may have chosen annotations that containerd copies: its own come first.
  const auto state = parse_container_state(
      R"({"annotations":{"io.kubernetes.pod.name":"other","io.kubernetes.pod.namespace":"kube-system",)"
      R"("io.container.manager":"libpod","io.kubernetes.cri.sandbox-uid":")" +
      uid + R"(","io.kubernetes.cri.sandbox-name":"outpost"}})");
  REQUIRE(state);
  CHECK(state->pod_name == "outpost");
  CHECK(state->pod_namespace.empty());
  CHECK(state->runtime.empty());
}

TEST_CASE("a file of a million strings is read through or refused", "[owner][host]") {
  std::string text = R"({"annotations":{)";
  while (text.size() < kSmallFile - 100) text += R"("k)" + std::to_string(text.size()) + R"(":"v",)";
  text += R"("io.kubernetes.container.name":"last"}})";
  const auto state = parse_container_state(text);
  REQUIRE(state);
  CHECK(state->k8s_container == "last");
}

TEST_CASE("damaged state files", "[owner][host]") {
  const std::string sound = cri_annotations;
  std::mt19937 random(4711);
  for (int round = 0; round < 3000; ++round) {
    std::string text = sound;
    for (std::size_t i = 0; i <= random() % 4; ++i) text[random() % text.size()] = static_cast<char>(random());
    text.resize(random() % 5 == 0 ? random() % text.size() : text.size());
    const auto state = parse_container_state(text);
    if (!state) continue;
    REQUIRE((state->pod_uid.empty() || is_pod_uid(state->pod_uid)));
    REQUIRE(state->pod_name.size() <= 253);
  }
}
