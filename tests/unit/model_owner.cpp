// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <random>

#include "model/owner.h"

using namespace tmpfstrace;

namespace {

const std::string id_a = "3f1a2b9c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8";
const std::string id_b = "9d27c0ffee51a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c";
const std::string uid = "8b2f3c1e-7a64-4d0e-9f5b-1c2d3e4f5a6b";
const std::string uid_of_slice = "8b2f3c1e_7a64_4d0e_9f5b_1c2d3e4f5a6b";
const std::string static_uid = "b1c2d3e4f5a60718293a4b5c6d7e8f90";

// What is known of an owner, in the order of its fields: "kind=pod k8s.pod.uid=…"; ids by their first letters.
std::string known(const OwnerRef& owner) {
  if (owner == nullptr) return "nothing";
  std::string text;
  for (const auto& [name, member] : owner_fields) {
    std::string value = (*owner).*member;
    if (value.empty()) continue;
    if (value == id_a) value = "A";
    if (value == id_b) value = "B";
    if (value == uid) value = "UID";
    if (value == static_uid) value = "STATIC";
    const std::string short_name = std::string(name).substr(std::string(name).find('.') + 1);
    text += (text.empty() ? "" : " ") + short_name + "=" + value;
  }
  return text;
}

struct Case {
  std::string path;
  std::string owner;
  std::string text;
};

}  // namespace

TEST_CASE("systemd's units, slices and sessions", "[owner]") {
  const Case cases[] = {
      {"/system.slice/nginx.service", "kind=unit unit=nginx.service slice=system.slice", "unit nginx.service"},
      {"/system.slice/nginx.service/worker/1", "kind=unit unit=nginx.service slice=system.slice", "unit nginx.service"},
      {"/system.slice/system-serial\\x2dgetty.slice/serial-getty@ttyS0.service",
       "kind=unit unit=serial-getty@ttyS0.service slice=system-serial\\x2dgetty.slice",
       "unit serial-getty@ttyS0.service"},
      {"/a.slice/a-b.slice/a-b-c.slice", "kind=slice slice=a-b-c.slice", "slice a-b-c.slice"},
      {"/init.scope", "kind=unit unit=init.scope", "unit init.scope"},
      {"/user.slice/user-1000.slice/session-3.scope",
       "kind=unit unit=session-3.scope slice=user-1000.slice owner_uid=1000", "session 3 of user 1000"},
      {"/user.slice/user-1000.slice/user@1000.service/app.slice/app-org.example.Editor@1.service",
       "kind=unit unit=user@1000.service user_unit=app-org.example.Editor@1.service slice=user-1000.slice "
       "owner_uid=1000",
       "unit app-org.example.Editor@1.service of user 1000"},
      {"/user.slice/user-1000.slice/user@1000.service/init.scope",
       "kind=unit unit=user@1000.service user_unit=init.scope slice=user-1000.slice owner_uid=1000",
       "unit init.scope of user 1000"},
      {"/user.slice/user-1000.slice", "kind=slice slice=user-1000.slice owner_uid=1000", "slice user-1000.slice"},
      {"/system.slice/_cgroup.service", "kind=unit unit=cgroup.service slice=system.slice", "unit cgroup.service"},
      {"/system.slice/dev-hugepages.mount", "kind=unit unit=dev-hugepages.mount slice=system.slice",
       "unit dev-hugepages.mount"},
      {"…/nginx.service", "kind=unit unit=nginx.service", "unit nginx.service"},
      {"/machine.slice/machine-qemu\\x2d1\\x2dweb.scope/libvirt/emulator",
       "kind=unit unit=machine-qemu\\x2d1\\x2dweb.scope slice=machine.slice", "unit machine-qemu\\x2d1\\x2dweb.scope"},
  };
  for (const Case& one : cases) {
    INFO(one.path);
    const OwnerRef owner = owner_of_cgroup_path(one.path);
    CHECK(known(owner) == one.owner);
    if (owner) CHECK(owner_text(*owner) == one.text);
  }
}

TEST_CASE("containers of each runtime and cgroup driver", "[owner]") {
  const Case cases[] = {
      {"/docker/" + id_a, "kind=container id=A runtime.name=docker", "container 3f1a2b9c4d5e (docker)"},
      {"/system.slice/docker-" + id_a + ".scope",
       "kind=container id=A runtime.name=docker unit=docker-" + id_a + ".scope slice=system.slice",
       "container 3f1a2b9c4d5e (docker)"},
      {"/machine.slice/libpod-" + id_a + ".scope/container",
       "kind=container id=A runtime.name=podman unit=libpod-" + id_a + ".scope slice=machine.slice",
       "container 3f1a2b9c4d5e (podman)"},
      {"/libpod_parent/libpod-" + id_a, "kind=container id=A runtime.name=podman", "container 3f1a2b9c4d5e (podman)"},
      {"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + id_a + ".scope/container",
       "kind=container id=A runtime.name=podman unit=user@1000.service user_unit=libpod-" + id_a +
           ".scope slice=user-1000.slice owner_uid=1000",
       "container 3f1a2b9c4d5e (podman) of user 1000"},
      {"/default/" + id_a, "kind=container id=A", "container 3f1a2b9c4d5e"},
      {"/system.slice/nerdctl-" + id_a + ".scope",
       "kind=container id=A runtime.name=containerd unit=nerdctl-" + id_a + ".scope slice=system.slice",
       "container 3f1a2b9c4d5e (containerd)"},
      {"/lxc.payload.mail/system.slice/postfix.service", "kind=container name=mail runtime.name=lxc",
       "container mail (lxc)"},
      {"/lxc/mail/init.scope", "kind=container name=mail runtime.name=lxc", "container mail (lxc)"},
      {"…/docker-" + id_a + ".scope", "kind=container id=A runtime.name=docker unit=docker-" + id_a + ".scope",
       "container 3f1a2b9c4d5e (docker)"},
      // A container in a container belongs to the outer one, whatever it calls itself.
      {"/docker/" + id_a + "/docker/" + id_b, "kind=container id=A runtime.name=docker",
       "container 3f1a2b9c4d5e (docker)"},
  };
  for (const Case& one : cases) {
    INFO(one.path);
    const OwnerRef owner = owner_of_cgroup_path(one.path);
    CHECK(known(owner) == one.owner);
    if (owner) CHECK(owner_text(*owner) == one.text);
  }
}

TEST_CASE("pods of both cgroup drivers, and of nodes that are containers", "[owner]") {
  const std::string burstable =
      "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + uid_of_slice + ".slice";
  const std::string slices = " slice=kubepods-burstable-pod" + uid_of_slice + ".slice";
  const std::string pod = "pod.uid=UID pod.qos_class=Burstable";
  const Case cases[] = {
      {burstable, "kind=pod " + pod + slices, "pod " + uid},
      {burstable + "/cri-containerd-" + id_a + ".scope",
       "kind=container " + pod + " id=A runtime.name=containerd unit=cri-containerd-" + id_a + ".scope" + slices,
       "pod " + uid + " container 3f1a2b9c4d5e"},
      {burstable + "/crio-" + id_a + ".scope/container",
       "kind=container " + pod + " id=A runtime.name=cri-o unit=crio-" + id_a + ".scope" + slices,
       "pod " + uid + " container 3f1a2b9c4d5e"},
      {burstable + "/docker-" + id_a + ".scope",
       "kind=container " + pod + " id=A runtime.name=docker unit=docker-" + id_a + ".scope" + slices,
       "pod " + uid + " container 3f1a2b9c4d5e"},
      {"/kubepods.slice/kubepods-pod" + static_uid + ".slice/crio-" + id_a + ".scope",
       "kind=container pod.uid=STATIC pod.qos_class=Guaranteed id=A runtime.name=cri-o unit=crio-" + id_a +
           ".scope slice=kubepods-pod" + static_uid + ".slice",
       "pod " + static_uid + " container 3f1a2b9c4d5e"},
      {"/kubepods/burstable/pod" + uid + "/" + id_a, "kind=container " + pod + " id=A",
       "pod " + uid + " container 3f1a2b9c4d5e"},
      {"/kubepods/besteffort/pod" + uid + "/crio-" + id_a,
       "kind=container pod.uid=UID pod.qos_class=BestEffort id=A runtime.name=cri-o",
       "pod " + uid + " container 3f1a2b9c4d5e"},
      {"/kubepods/pod" + uid, "kind=pod pod.uid=UID pod.qos_class=Guaranteed", "pod " + uid},
      // The kubelet leaves cgroups to systemd, the runtime does not.
      {"/system.slice/containerd.service/kubepods-burstable-pod" + uid_of_slice + ".slice:cri-containerd:" + id_a,
       "kind=container " + pod + " id=A runtime.name=containerd unit=containerd.service slice=system.slice",
       "pod " + uid + " container 3f1a2b9c4d5e"},
      // kind: the kubelet has a cgroup root; inside of the node's own cgroup namespace, and seen from the host.
      {"/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod" +
           uid_of_slice + ".slice/cri-containerd-" + id_a + ".scope",
       "kind=container " + pod + " id=A runtime.name=containerd unit=cri-containerd-" + id_a +
           ".scope slice=kubelet-kubepods-burstable-pod" + uid_of_slice + ".slice",
       "pod " + uid + " container 3f1a2b9c4d5e"},
      {"/system.slice/docker-" + id_b + ".scope/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" +
           uid_of_slice + ".slice/cri-containerd-" + id_a + ".scope",
       "kind=container pod.uid=UID pod.qos_class=Guaranteed id=A runtime.name=containerd container.id=B unit=docker-" +
           id_b + ".scope slice=system.slice",
       "pod " + uid + " container 3f1a2b9c4d5e in container 9d27c0ffee51"},
      {"/docker/" + id_b + "/kubelet/kubepods/burstable/pod" + uid + "/" + id_a,
       "kind=container " + pod + " id=A container.id=B",
       "pod " + uid + " container 3f1a2b9c4d5e in container 9d27c0ffee51"},
      {"/lxc.payload.node1/kubepods/pod" + uid + "/" + id_a,
       "kind=container pod.uid=UID pod.qos_class=Guaranteed id=A container.name=node1",
       "pod " + uid + " container 3f1a2b9c4d5e in container node1"},
      // A cgroup root with a dash.
      {"/kube\\x2dnode.slice/kube\\x2dnode-kubepods.slice/kube\\x2dnode-kubepods-pod" + uid_of_slice + ".slice",
       "kind=pod pod.uid=UID pod.qos_class=Guaranteed slice=kube\\x2dnode-kubepods-pod" + uid_of_slice + ".slice",
       "pod " + uid},
      {"/kubepods.slice/kubepods-burstable.slice", "kind=slice slice=kubepods-burstable.slice",
       "slice kubepods-burstable.slice"},
      // What a container makes below itself does not make it another pod's.
      {"/kubepods/pod" + uid + "/" + id_a + "/kubepods/pod" + static_uid + "/" + id_b,
       "kind=container pod.uid=UID pod.qos_class=Guaranteed id=A", "pod " + uid + " container 3f1a2b9c4d5e"},
      {"/kubepods/pod" + uid + "/mine/" + id_b, "kind=pod pod.uid=UID pod.qos_class=Guaranteed", "pod " + uid},
  };
  for (const Case& one : cases) {
    INFO(one.path);
    const OwnerRef owner = owner_of_cgroup_path(one.path);
    CHECK(known(owner) == one.owner);
    if (owner) CHECK(owner_text(*owner) == one.text);
  }
}

TEST_CASE("what looks nearly like an owner is none", "[owner]") {
  const std::string upper = "3F" + id_a.substr(2);
  for (const std::string& path : {std::string(),
                                  std::string("/"),
                                  std::string("//"),
                                  std::string("(unattributed)"),
                                  std::string("…/cgroup 7"),
                                  std::string("relative/docker/") + id_a,
                                  std::string("/docker"),
                                  "/docker/" + id_a.substr(1),
                                  "/docker/" + upper,
                                  "/docker/" + id_a + "0",
                                  "/x/docker-" + id_a.substr(1) + "g",
                                  std::string("/kubepods"),
                                  std::string("/kubepods/burstable"),
                                  "/kubepods/pod" + uid.substr(1),
                                  "/kubepods/pod" + upper.substr(0, 32),
                                  "/burstable/pod" + uid,
                                  "/pods/pod" + uid,
                                  "/kubepods/gold/pod" + uid,
                                  std::string("/.slice/.service"),
                                  std::string("/lxc.payload."),
                                  std::string("/lxc.monitor.mail"),
                                  std::string("/a/lxc/b"),
                                  std::string("/") + std::string(255, 'x'),
                                  std::string("/user-x.scopes/a.slices")}) {
    INFO(path);
    CHECK(known(owner_of_cgroup_path(path)) == "nothing");
  }
  // A unit of that name is still a unit, and a user's number is one.
  CHECK(known(owner_of_cgroup_path("/system.slice/docker-0.scope")) ==
        "kind=unit unit=docker-0.scope slice=system.slice");
  CHECK(known(owner_of_cgroup_path("/user.slice/user-.slice")) == "kind=slice slice=user-.slice");
  CHECK(known(owner_of_cgroup_path("/user.slice/user-1a.slice")) == "kind=slice slice=user-1a.slice");
  CHECK(known(owner_of_cgroup_path("/kubepods.slice/xkubepods-pod" + uid_of_slice + ".slice")) ==
        "kind=slice slice=xkubepods-pod" + uid_of_slice + ".slice");
}

TEST_CASE("mount points of pods and containers", "[owner]") {
  const std::string kubelet = "/var/lib/kubelet/pods/" + uid + "/volumes/";
  const Case cases[] = {
      {"/run/containerd/io.containerd.grpc.v1.cri/sandboxes/" + id_b + "/shm", "kind=pod id=B runtime.name=containerd",
       "pod of sandbox 9d27c0ffee51"},
      {"/run/k3s/containerd/io.containerd.grpc.v1.cri/sandboxes/" + id_b + "/shm",
       "kind=pod id=B runtime.name=containerd", "pod of sandbox 9d27c0ffee51"},
      {"/run/containers/storage/overlay-containers/" + id_b + "/userdata/shm", "kind=container id=B",
       "container 9d27c0ffee51"},
      {"/var/lib/docker/containers/" + id_a + "/mounts/shm", "kind=container id=A runtime.name=docker",
       "container 3f1a2b9c4d5e (docker)"},
      {"/srv/docker/containers/" + id_a + "/shm", "kind=container id=A runtime.name=docker",
       "container 3f1a2b9c4d5e (docker)"},
      {kubelet + "kubernetes.io~empty-dir/cache", "kind=pod pod.uid=UID volume.name=cache volume.type=emptyDir",
       "pod " + uid + " volume cache"},
      {kubelet + "kubernetes.io~projected/kube-api-access-x7k2p",
       "kind=pod pod.uid=UID volume.name=kube-api-access-x7k2p volume.type=projected",
       "pod " + uid + " volume kube-api-access-x7k2p"},
      {kubelet + "kubernetes.io~secret/token", "kind=pod pod.uid=UID volume.name=token volume.type=secret",
       "pod " + uid + " volume token"},
      {kubelet + "kubernetes.io~empty-dir/cache/below", "nothing", ""},
      {kubelet + "kubernetes.io~local-volume/disk", "nothing", ""},
      {kubelet + "kubernetes.io~empty-dir", "nothing", ""},
      {"/var/lib/kubelet/pods/" + uid.substr(1) + "/volumes/kubernetes.io~empty-dir/cache", "nothing", ""},
      {"/run/containerd/io.containerd.grpc.v1.cri/sandboxes/x/shm", "nothing", ""},
      {"/sandboxes/" + id_b + "/shm/x", "nothing", ""},
      {"/dev/shm", "nothing", ""},
      {"/", "nothing", ""},
      {"", "nothing", ""},
  };
  for (const Case& one : cases) {
    INFO(one.path);
    const OwnerRef owner = owner_of_mount_point(one.path);
    CHECK(known(owner) == one.owner);
    if (owner) CHECK(owner_text(*owner) == one.text);
  }
}

TEST_CASE("the text uses names where they are known", "[owner]") {
  Owner owner;
  owner.kind = "container";
  owner.k8s_namespace = "auth";
  owner.pod_name = "outpost";
  owner.pod_uid = uid;
  owner.container_id = id_a;
  CHECK(owner_text(owner) == "pod auth/outpost container 3f1a2b9c4d5e");
  owner.k8s_container = "proxy";
  CHECK(owner_text(owner) == "pod auth/outpost container proxy");
  CHECK_FALSE(is_named(owner));  // the runtime is missing
  owner.runtime = "containerd";
  CHECK(is_named(owner));
  owner.outer_id = id_b;
  CHECK_FALSE(is_named(owner));
  owner.outer_name = "kind-worker";
  CHECK(is_named(owner));
  CHECK(owner_text(owner) == "pod auth/outpost container proxy in container kind-worker");
  owner.outer_id = owner.outer_name = "";
  owner.kind = "sandbox";
  CHECK(owner_text(owner) == "pod auth/outpost sandbox");
  owner.kind = "pod";
  owner.volume = "cache";
  CHECK(owner_text(owner) == "pod auth/outpost container proxy volume cache");  // in a verdict: who writes there
  owner.k8s_container = "";
  CHECK(owner_text(owner) == "pod auth/outpost volume cache");

  Owner web;
  web.kind = "container";
  web.container_id = id_a;
  web.container_name = "web";
  web.runtime = "docker";
  CHECK(owner_text(web) == "container web (docker)");
  CHECK(is_named(web));
}

// Random paths out of the pieces that the parsers look for, and of any bytes: nothing may be read out of bounds (run
// with the sanitizers), and what comes out is bounded by what went in.
TEST_CASE("no path is too odd", "[owner]") {
  const std::string pieces[] = {"/",
                                "docker",
                                "docker-",
                                id_a,
                                ".scope",
                                "kubepods",
                                "-pod",
                                uid,
                                ".slice",
                                uid_of_slice,
                                "burstable",
                                ":",
                                "_",
                                "cri-containerd-",
                                "user@",
                                ".service",
                                "user-",
                                "…/",
                                "shm",
                                "sandboxes",
                                "volumes",
                                "kubernetes.io~empty-dir",
                                "pods",
                                "userdata",
                                "overlay-containers",
                                "containers",
                                "mounts",
                                "lxc.payload.",
                                "lxc",
                                "besteffort",
                                std::string(1, '\0'),
                                "\xff\xfe",
                                "\\x2d",
                                std::string(255, 'a'),
                                "session-",
                                "pod"};
  std::mt19937 random(20261124);
  for (int round = 0; round < 20000; ++round) {
    std::string path = round % 3 == 0 ? "" : "/";
    const auto count = random() % 14;
    for (std::size_t i = 0; i < count; ++i) path += pieces[random() % std::size(pieces)];
    if (round % 5 == 0 && !path.empty()) path[random() % path.size()] = static_cast<char>(random());
    for (const OwnerRef& owner : {owner_of_cgroup_path(path), owner_of_mount_point(path)}) {
      if (owner == nullptr) continue;
      REQUIRE_FALSE(owner->kind.empty());
      REQUIRE((owner->container_id.empty() || is_container_id(owner->container_id)));
      REQUIRE((owner->pod_uid.empty() || is_pod_uid(owner->pod_uid)));
      REQUIRE((owner->outer_id.empty() || is_container_id(owner->outer_id)));
      for (const std::string* part : {&owner->unit, &owner->user_unit, &owner->slice, &owner->container_name})
        REQUIRE((part->empty() || path.find(*part) != std::string::npos));
      REQUIRE(owner_text(*owner).size() <= path.size() + 100);
    }
  }
}
