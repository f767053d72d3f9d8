// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

#include "export/alert_json.h"

using namespace tmpfstrace;
using Json = nlohmann::json;

namespace {

// 2026-04-18T07:12:09.123Z
constexpr std::uint64_t start_ns = 1'776'496'329'123'456'789;
constexpr std::uint64_t minute_ns = 60'000'000'000;

Alert refused() {
  Alert alert;
  alert.rule = "TmpfsRefused";
  alert.severity = Severity::critical;
  alert.started_ns = start_ns;
  alert.fingerprint = "00c0ffee00c0ffee";
  alert.summary = "pod auth/outpost: /dev/shm is full";
  alert.labels = {{"namespace", "auth"}, {"pod", "outpost"}, {"mount_point", "/dev/shm"}, {"limit", "blocks"}};
  alert.runbook_url = "docs/alerts.md#tmpfsrefused";
  alert.verdict.kind = VerdictKind::refused;
  alert.verdict.superblock = SuperblockId{0, 45, 123456};
  alert.verdict.cgroup = 4711;
  alert.verdict.mount_point = "/dev/shm";
  alert.verdict.limit = "blocks";
  alert.verdict.subject = "pod auth/outpost: /dev/shm";
  alert.verdict.finding = "is full (64 MiB)";
  alert.verdict.remedy = "size 768 MiB";
  alert.verdict.evidence = {{"size_bytes", 67108864}, {"refused", 27600}};
  return alert;
}

Alert losses() {
  Alert alert;
  alert.rule = "TmpfstraceLosses";
  alert.severity = Severity::info;
  alert.started_ns = start_ns;
  alert.ended_ns = start_ns + minute_ns;
  alert.fingerprint = "1111222233334444";
  alert.summary = "tmpfstrace has lost 5 events";
  alert.runbook_url = "docs/alerts.md#tmpfstracelosses";
  alert.verdict.kind = VerdictKind::own_losses;
  alert.verdict.subject = "tmpfstrace";
  alert.verdict.finding = "has lost 5 events";
  return alert;
}

AlertOrigin origin() { return {{{"cluster", "north"}, {"instance", "node1"}}, "https://grafana.example/d/1"}; }

}  // namespace

TEST_CASE("the line of an alert that fires") {
  const std::string line = alert_to_json(refused(), start_ns + 1'000'000'000, 5'000'000'000);
  CHECK(line.find('\n') == std::string::npos);
  const Json expected = Json::parse(R"json({
    "schema": "tmpfstrace/1", "type": "alert",
    "time": "2026-04-18T07:12:10.123Z", "time_ns": 1776496330123456789, "monotonic_ns": 5000000000,
    "state": "firing", "rule": "TmpfsRefused", "kind": "refused", "severity": "critical",
    "fingerprint": "00c0ffee00c0ffee",
    "started": "2026-04-18T07:12:09.123Z", "started_ns": 1776496329123456789, "ended": null, "ended_ns": null,
    "summary": "pod auth/outpost: /dev/shm is full",
    "subject": "pod auth/outpost: /dev/shm", "finding": "is full (64 MiB)", "remedy": "size 768 MiB",
    "dev": "0:45", "generation": 123456, "cgroup": 4711, "mount_point": "/dev/shm", "limit": "blocks",
    "labels": {"namespace": "auth", "pod": "outpost", "mount_point": "/dev/shm", "limit": "blocks"},
    "evidence": {"size_bytes": 67108864.0, "refused": 27600.0},
    "runbook_url": "docs/alerts.md#tmpfsrefused"
})json");
  CHECK(Json::parse(line) == expected);
  CHECK(line.starts_with(R"({"schema":"tmpfstrace/1","type":"alert","time":)"));
}

TEST_CASE("the line of an alert that is over and knows little") {
  const Json json = Json::parse(alert_to_json(losses(), start_ns + minute_ns, 1));
  const Json expected = Json::parse(R"({
    "schema": "tmpfstrace/1", "type": "alert",
    "time": "2026-04-18T07:13:09.123Z", "time_ns": 1776496389123456789, "monotonic_ns": 1,
    "state": "resolved", "rule": "TmpfstraceLosses", "kind": "own_losses", "severity": "info",
    "fingerprint": "1111222233334444",
    "started": "2026-04-18T07:12:09.123Z", "started_ns": 1776496329123456789,
    "ended": "2026-04-18T07:13:09.123Z", "ended_ns": 1776496389123456789,
    "summary": "tmpfstrace has lost 5 events", "subject": "tmpfstrace", "finding": "has lost 5 events", "remedy": null,
    "dev": null, "generation": null, "cgroup": null, "mount_point": null, "limit": null,
    "labels": {}, "evidence": {}, "runbook_url": "docs/alerts.md#tmpfstracelosses"})");
  CHECK(json == expected);
}

TEST_CASE("the body for an Alertmanager") {
  const std::vector<Alert> alerts = {refused(), losses()};
  const Json json = Json::parse(alertmanager_body(alerts, origin(), start_ns + 4 * minute_ns));
  const Json expected = Json::parse(R"([
    {"labels": {"alertname": "TmpfsRefused", "severity": "critical", "fingerprint": "00c0ffee00c0ffee",
       "namespace": "auth", "pod": "outpost", "mount_point": "/dev/shm", "limit": "blocks",
       "cluster": "north", "instance": "node1"},
     "annotations": {"summary": "pod auth/outpost: /dev/shm is full", "remedy": "size 768 MiB",
       "runbook_url": "docs/alerts.md#tmpfsrefused"},
     "startsAt": "2026-04-18T07:12:09.123Z", "endsAt": "2026-04-18T07:16:09.123Z",
     "generatorURL": "https://grafana.example/d/1"},
    {"labels": {"alertname": "TmpfstraceLosses", "severity": "info", "fingerprint": "1111222233334444",
       "cluster": "north", "instance": "node1"},
     "annotations": {"summary": "tmpfstrace has lost 5 events", "runbook_url": "docs/alerts.md#tmpfstracelosses"},
     "startsAt": "2026-04-18T07:12:09.123Z", "endsAt": "2026-04-18T07:13:09.123Z",
     "generatorURL": "https://grafana.example/d/1"}])");
  CHECK(json == expected);
}

TEST_CASE(
    "without a place to look at there is no generatorURL for an Alertmanager, and an end is not before its start") {
  const std::vector<Alert> alerts = {refused()};
  const Json json = Json::parse(alertmanager_body(alerts, {}, start_ns - minute_ns)).at(0);
  CHECK_FALSE(json.contains("generatorURL"));
  CHECK(json.at("endsAt") == "2026-04-18T07:12:09.123Z");
}

TEST_CASE("the bodies for a webhook, one for each rule") {
  Alert other = refused();
  other.fingerprint = "00000000000000aa";
  other.summary = "pod auth/other: /dev/shm is full";
  other.labels = {{"namespace", "auth"}, {"pod", "other"}, {"mount_point", "/dev/shm"}};
  other.verdict.remedy.clear();
  other.ended_ns = start_ns + minute_ns;
  const std::vector<Alert> alerts = {refused(), losses(), other};
  const std::vector<std::string> bodies = webhook_bodies(alerts, origin());
  REQUIRE(bodies.size() == 2);
  const Json expected = Json::parse(R"({
    "version": "4", "groupKey": "{}:{alertname=\"TmpfsRefused\"}", "truncatedAlerts": 0, "status": "firing",
    "receiver": "tmpfstrace", "groupLabels": {"alertname": "TmpfsRefused"},
    "commonLabels": {"alertname": "TmpfsRefused", "severity": "critical", "namespace": "auth",
       "mount_point": "/dev/shm", "cluster": "north", "instance": "node1"},
    "commonAnnotations": {"runbook_url": "docs/alerts.md#tmpfsrefused"},
    "externalURL": "https://grafana.example/d/1",
    "alerts": [
      {"status": "firing",
       "labels": {"alertname": "TmpfsRefused", "severity": "critical", "fingerprint": "00c0ffee00c0ffee",
         "namespace": "auth", "pod": "outpost", "mount_point": "/dev/shm", "limit": "blocks",
         "cluster": "north", "instance": "node1"},
       "annotations": {"summary": "pod auth/outpost: /dev/shm is full", "remedy": "size 768 MiB",
         "runbook_url": "docs/alerts.md#tmpfsrefused"},
       "startsAt": "2026-04-18T07:12:09.123Z", "endsAt": "0001-01-01T00:00:00Z",
       "generatorURL": "https://grafana.example/d/1", "fingerprint": "00c0ffee00c0ffee"},
      {"status": "resolved",
       "labels": {"alertname": "TmpfsRefused", "severity": "critical", "fingerprint": "00000000000000aa",
         "namespace": "auth", "pod": "other", "mount_point": "/dev/shm", "cluster": "north", "instance": "node1"},
       "annotations": {"summary": "pod auth/other: /dev/shm is full", "runbook_url": "docs/alerts.md#tmpfsrefused"},
       "startsAt": "2026-04-18T07:12:09.123Z", "endsAt": "2026-04-18T07:13:09.123Z",
       "generatorURL": "https://grafana.example/d/1", "fingerprint": "00000000000000aa"}]})");
  CHECK(Json::parse(bodies[0]) == expected);
  const Json second = Json::parse(bodies[1]);
  CHECK(second.at("status") == "resolved");
  CHECK(second.at("groupLabels") == Json::parse(R"({"alertname": "TmpfstraceLosses"})"));
  CHECK(second.at("alerts").size() == 1);
  CHECK(second.at("commonLabels") == second.at("alerts").at(0).at("labels"));
}

TEST_CASE("nothing to tell is no body for a webhook") { CHECK(webhook_bodies({}, origin()).empty()); }

TEST_CASE("names of any bytes come out as UTF-8, and no terminal obeys them") {
  Alert alert = refused();
  const std::string hostile = "/a\xff\xed\xa0\x80\"\\\n\x1b[2J\xc2\x9b" + std::string(1, '\0') + "\xc3\xa4";
  alert.labels = {{"mount_point", hostile}};
  alert.summary = alert.verdict.subject = alert.verdict.mount_point = hostile;
  AlertOrigin from = origin();
  from.labels = {{"cluster", hostile}};
  const std::vector<Alert> alerts = {alert};
  const std::string line = alert_to_json(alert, 1, 1);
  const std::string body = alertmanager_body(alerts, from, 1);
  const std::string hook = webhook_bodies(alerts, from).at(0);
  for (const std::string& text : {line, body, hook}) {
    CHECK(Json::accept(text));  // takes UTF-8 alone
    for (const char c : text) CHECK((static_cast<unsigned char>(c) >= 0x20 && c != 0x7f));
    CHECK(text.find("\xc2\x9b") == std::string::npos);
  }
  // One U+FFFD for the byte that begins nothing, and one for each of the three of a surrogate.
  const std::string expected = "/a\ufffd\ufffd\ufffd\ufffd\"\\\n\x1b[2J\xc2\x9b" + std::string(1, '\0') + "\xc3\xa4";
  CHECK(Json::parse(line).at("labels").at("mount_point") == expected);
  CHECK(Json::parse(body).at(0).at("labels").at("cluster") == expected);
  CHECK(Json::parse(hook).at("alerts").at(0).at("annotations").at("summary") == expected);
}
