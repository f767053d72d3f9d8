// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "export/audit_text.h"

using namespace tmpfstrace;
using Json = nlohmann::json;
using Catch::Matchers::Contains;

namespace {

constexpr std::uint64_t mib = 1 << 20;

SuperblockView view_of(std::uint32_t minor, const char* where, std::uint64_t used_mib) {
  SuperblockView view;
  view.info.id = {0, minor, 0};
  view.info.kind = "tmpfs";
  view.info.mounts = {{1, 100, 1, "/", where, ""}};
  view.info.size_bytes = 64 * mib;
  view.info.used_bytes = used_mib * mib;
  return view;
}

Verdict verdict_of(const SuperblockView& view, Severity severity, const char* finding) {
  Verdict verdict;
  verdict.severity = severity;
  verdict.superblock = view.info.id;
  verdict.finding = finding;
  return verdict;
}

Snapshot three_superblocks() {
  Snapshot snapshot;
  snapshot.superblocks = {view_of(1, "/quiet", 32), view_of(2, "/warned", 60), view_of(3, "/full", 64),
                          view_of(4, "/quieter", 8)};
  snapshot.verdicts = {verdict_of(snapshot.superblocks[2], Severity::critical, "is full"),
                       verdict_of(snapshot.superblocks[1], Severity::warning, "is 93 % full")};
  snapshot.verdicts[0].remedy = "size 96 MiB";
  snapshot.losses = {{"unreachable_superblocks", 2}, {"unreadable_namespaces", 0}, {"ring_full", 3}};
  return snapshot;
}

}  // namespace

TEST_CASE("an audit lists the worst first, then the fullest") {
  CHECK(audit_to_text(three_superblocks()) ==
        "RISK       FILL INODE      USED      SIZE  MEM LEFT  WHOSE AND WHERE\n"
        "critical   100%     -    64 MiB    64 MiB         -  /full\n"
        "         is full; size 96 MiB\n"
        "warning     93%     -    60 MiB    64 MiB         -  /warned\n"
        "         is 93 % full\n"
        "ok          50%     -    32 MiB    64 MiB         -  /quiet\n"
        "ok          12%     -     8 MiB    64 MiB         -  /quieter\n"
        "not looked at: 2 unreachable_superblocks\n");
}

TEST_CASE("a mount point with a line end cannot make a line of its own") {
  Snapshot snapshot;
  snapshot.superblocks = {view_of(1, "/a\nok          0%", 1)};
  CHECK_THAT(audit_to_text(snapshot), Contains("/a\\x0aok          0%\n"));
}

TEST_CASE("an audit as a document") {
  const Json json = Json::parse(audit_to_json(three_superblocks()));
  CHECK(json.at("type") == "audit");
  REQUIRE(json.at("superblocks").size() == 4);
  CHECK(json.at("superblocks")[0].at("risk") == "critical");
  CHECK(json.at("superblocks")[0].at("subject") == "/full");
  CHECK(json.at("superblocks")[0].at("verdicts")[0].at("text") == "is full; size 96 MiB.");
  CHECK(json.at("superblocks")[2].at("risk") == "ok");
  CHECK(json.at("superblocks")[2].at("memory_headroom_bytes").is_null());
  CHECK(json.at("not_reached") == Json::parse(R"({"unreachable_superblocks":2,"unreadable_namespaces":0})"));
}
