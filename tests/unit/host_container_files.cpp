// SPDX-License-Identifier: Apache-2.0
// Files of a node that lead elsewhere, are none, are damaged or mean harm.
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
