// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <set>
#include <string>
#include <vector>

#include "model/alert_rules.h"

using namespace tmpfstrace;

namespace {

constexpr std::uint64_t second_ns = 1'000'000'000;
constexpr std::uint64_t epoch_s = 1'776'000'000;  // of the realtime clock at second 0 of the monotonic one

Verdict verdict(VerdictKind kind, const std::string& mount_point, Severity severity = Severity::warning) {
  Verdict verdict;
  verdict.kind = kind;
  verdict.severity = severity;
  verdict.mount_point = mount_point;
  verdict.limit = "blocks";
  verdict.subject = mount_point;
  verdict.finding = "is full";
  return verdict;
}

Verdict full() { return verdict(VerdictKind::full, "/dev/shm"); }

AlertRules full_rule(std::uint64_t for_s, std::uint64_t keep_s) {
  AlertRules rules;
  rules[VerdictKind::full] = {true, for_s * second_ns, keep_s * second_ns, {}};
  return rules;
}

using OwnerFields = std::vector<std::pair<std::string Owner::*, std::string>>;

Verdict full_of(const OwnerFields& fields) {
  Owner owner;
  for (const auto& [member, value] : fields) owner.*member = value;
  Verdict verdict = full();
  verdict.owner = std::make_shared<const Owner>(owner);
  return verdict;
}

struct Engine {
  AlertEngine engine;
  explicit Engine(const AlertRules& rules) : engine(rules) {}
  std::vector<Alert> at(std::uint64_t second, const std::vector<Verdict>& verdicts) {
    return engine.observe(verdicts, second * second_ns, (epoch_s + second) * second_ns);
  }
};

std::vector<AlertChange> changes(const std::vector<Alert>& alerts) {
  std::vector<AlertChange> changes;
  for (const Alert& alert : alerts) changes.push_back(alert.change);
  return changes;
}

using Changes = std::vector<AlertChange>;

}  // namespace

TEST_CASE("a verdict fires when it has stood for the hold time, and not before") {
  Engine engine(full_rule(30, 0));
  CHECK(engine.at(100, {full()}).empty());
  CHECK(engine.at(115, {full()}).empty());
  CHECK(engine.at(129, {full()}).empty());
  const std::vector<Alert> fired = engine.at(130, {full()});
  REQUIRE(changes(fired) == Changes{AlertChange::fired});
  CHECK(fired[0].state() == AlertState::firing);
  CHECK(fired[0].rule == "TmpfsFull");
  CHECK(fired[0].severity == Severity::warning);
  CHECK(fired[0].fingerprint == full().fingerprint());
  CHECK(fired[0].summary == full().sentence());
  CHECK(fired[0].started_ns == (epoch_s + 100) * second_ns);
  CHECK_FALSE(fired[0].ended_ns);
  CHECK(fired[0].labels == AlertLabels{{"mount_point", "/dev/shm"}, {"limit", "blocks"}});
  CHECK(engine.at(131, {full()}).empty());
}

TEST_CASE("a verdict that goes within the hold time was nothing, and the time begins anew") {
  Engine engine(full_rule(30, 600));
  CHECK(engine.at(0, {full()}).empty());
  CHECK(engine.at(29, {full()}).empty());
  CHECK(engine.at(30, {}).empty());
  CHECK(engine.at(31, {full()}).empty());
  CHECK(engine.at(60, {full()}).empty());
  const std::vector<Alert> fired = engine.at(61, {full()});
  REQUIRE(changes(fired) == Changes{AlertChange::fired});
  CHECK(fired[0].started_ns == (epoch_s + 31) * second_ns);
}

TEST_CASE("without a hold time a verdict fires at its first sight") {
  Engine engine(full_rule(0, 0));
  CHECK(changes(engine.at(7, {full()})) == Changes{AlertChange::fired});
}

TEST_CASE("an alert is over when its verdict was not seen for keep_firing_for; it ended when it was first not seen") {
  Engine engine(full_rule(0, 60));
  (void)engine.at(100, {full()});
  CHECK(engine.at(110, {}).empty());
  CHECK(engine.at(169, {}).empty());
  const std::vector<Alert> resolved = engine.at(170, {});
  REQUIRE(changes(resolved) == Changes{AlertChange::resolved});
  CHECK(resolved[0].state() == AlertState::resolved);
  CHECK(resolved[0].started_ns == (epoch_s + 100) * second_ns);
  CHECK(resolved[0].ended_ns == (epoch_s + 110) * second_ns);
  CHECK(resolved[0].fingerprint == full().fingerprint());
  CHECK(resolved[0].labels == AlertLabels{{"mount_point", "/dev/shm"}, {"limit", "blocks"}});
  CHECK(engine.at(171, {}).empty());
}

TEST_CASE("what comes and goes is one alert") {
  Engine engine(full_rule(0, 60));
  std::size_t told = 0;
  for (std::uint64_t second = 0; second < 1000; second += 10)
    told += engine.at(second, second % 20 == 0 ? std::vector{full()} : std::vector<Verdict>{}).size();
  CHECK(told == 1);
  CHECK(engine.at(1040, {}).empty());  // it was first not seen at 990
  CHECK(changes(engine.at(1050, {})) == Changes{AlertChange::resolved});
}

TEST_CASE("what fires again after its end is a new alert of the same fingerprint") {
  Engine engine(full_rule(0, 0));
  const std::string fingerprint = engine.at(0, {full()}).at(0).fingerprint;
  CHECK(changes(engine.at(1, {})) == Changes{AlertChange::resolved});
  const std::vector<Alert> again = engine.at(2, {full()});
  REQUIRE(changes(again) == Changes{AlertChange::fired});
  CHECK(again[0].started_ns == (epoch_s + 2) * second_ns);
  CHECK(again[0].fingerprint == fingerprint);
}

TEST_CASE("what fires is told again, also while it is not seen, with its newest words") {
  AlertRules rules = full_rule(0, 100);
  rules.repeat_ns = 60 * second_ns;
  Engine engine(rules);
  (void)engine.at(0, {full()});
  CHECK(engine.at(59, {full()}).empty());
  Verdict later = full();
  later.finding = "is full; 5 writes refused";
  const std::vector<Alert> repeated = engine.at(60, {later});
  REQUIRE(changes(repeated) == Changes{AlertChange::repeated});
  CHECK(repeated[0].started_ns == epoch_s * second_ns);
  CHECK(repeated[0].summary == later.sentence());
  CHECK(repeated[0].state() == AlertState::firing);
  CHECK(engine.at(119, {}).empty());
  CHECK(changes(engine.at(125, {})) == Changes{AlertChange::repeated});
  CHECK(engine.at(184, {}).empty());
  CHECK(engine.at(185, {full()}).size() == 1);
}

TEST_CASE("without a repeat interval nothing is told twice") {
  Engine engine(full_rule(0, 0));
  (void)engine.at(0, {full()});
  CHECK(engine.at(1'000'000, {full()}).empty());
}

TEST_CASE("a rule that is off") {
  AlertRules rules = full_rule(0, 0);
  rules[VerdictKind::full].enabled = false;
  Engine engine(rules);
  CHECK(engine.at(0, {full()}).empty());
  CHECK(engine.engine.overflow() == 0);
}

TEST_CASE("the severity of a rule stands above that of the verdict") {
  AlertRules rules = full_rule(0, 0);
  rules[VerdictKind::full].severity = Severity::info;
  Engine engine(rules);
  CHECK(engine.at(0, {full()}).at(0).severity == Severity::info);
  Verdict worse = full();
  worse.severity = Severity::critical;
  CHECK(engine.at(1, {worse}).empty());
}

TEST_CASE("what gets worse goes on under its new severity, and does not go back") {
  Engine engine(full_rule(0, 0));
  (void)engine.at(0, {full()});
  Verdict worse = full();
  worse.severity = Severity::critical;
  const std::vector<Alert> told = engine.at(5, {worse});
  REQUIRE(changes(told) == Changes{AlertChange::replaced, AlertChange::updated});
  CHECK(told[0].severity == Severity::warning);
  CHECK(told[0].ended_ns == (epoch_s + 5) * second_ns);
  CHECK(told[1].severity == Severity::critical);
  CHECK_FALSE(told[1].ended_ns);
  CHECK(told[1].started_ns == epoch_s * second_ns);
  CHECK(told[0].fingerprint == told[1].fingerprint);
  CHECK(engine.at(6, {full()}).empty());
  const std::vector<Alert> over = engine.at(7, {});
  REQUIRE(changes(over) == Changes{AlertChange::resolved});
  CHECK(over[0].severity == Severity::critical);
}

// The names of a pod are found after its ids, which alone are of the fingerprint.
TEST_CASE("names that are found later are told, and when they are lost again nothing is") {
  Engine engine(full_rule(0, 0));
  const Verdict nameless = full_of({{&Owner::pod_uid, "8b2f"}});
  const Verdict named =
      full_of({{&Owner::pod_uid, "8b2f"}, {&Owner::k8s_namespace, "auth"}, {&Owner::pod_name, "web"}});
  (void)engine.at(0, {nameless});
  const std::vector<Alert> told = engine.at(1, {named});
  REQUIRE(changes(told) == Changes{AlertChange::replaced, AlertChange::updated});
  CHECK(told[0].labels == AlertLabels{{"pod", "8b2f"}, {"mount_point", "/dev/shm"}, {"limit", "blocks"}});
  CHECK(told[1].labels ==
        AlertLabels{{"namespace", "auth"}, {"pod", "web"}, {"mount_point", "/dev/shm"}, {"limit", "blocks"}});
  CHECK(engine.at(2, {nameless}).empty());
  CHECK(engine.at(3, {named}).empty());
}

TEST_CASE("the labels of owners") {
  struct Case {
    OwnerFields owner;
    AlertLabels labels;
  };
  const std::string id = "3f1a2b9c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8";
  const std::vector<Case> cases = {
      {{{&Owner::kind, "container"},
        {&Owner::k8s_namespace, "auth"},
        {&Owner::pod_name, "outpost"},
        {&Owner::pod_uid, "8b2f"},
        {&Owner::k8s_container, "proxy"},
        {&Owner::container_id, id}},
       {{"namespace", "auth"}, {"pod", "outpost"}, {"container", "proxy"}}},
      {{{&Owner::kind, "sandbox"}, {&Owner::pod_uid, "8b2f"}, {&Owner::container_id, id}}, {{"pod", "8b2f"}}},
      {{{&Owner::kind, "container"}, {&Owner::container_id, id}}, {{"container", "3f1a2b9c4d5e"}}},
      {{{&Owner::kind, "container"}, {&Owner::container_id, id}, {&Owner::container_name, "web"}},
       {{"container", "web"}}},
      {{{&Owner::kind, "unit"}, {&Owner::unit, "user@1000.service"}, {&Owner::user_unit, "app.service"}},
       {{"unit", "app.service"}}},
      {{{&Owner::kind, "slice"}, {&Owner::slice, "system.slice"}}, {{"unit", "system.slice"}}},
  };
  for (const Case& each : cases) {
    Engine engine(full_rule(0, 0));
    Verdict owned = full_of(each.owner);
    owned.mount_point.clear();
    owned.limit.clear();
    CHECK(engine.at(0, {owned}).at(0).labels == each.labels);
  }
}

TEST_CASE("a long label is cut, not within a character") {
  Engine engine(full_rule(0, 0));
  // Byte 200 is the second one of an "ä".
  const std::string mount_point = "/" + std::string(198, 'a') + "\xc3\xa4" + std::string(100, 'b');
  CHECK(engine.at(0, {verdict(VerdictKind::full, mount_point)}).at(0).labels.at(0).second ==
        "/" + std::string(198, 'a'));
}

TEST_CASE("each kind has its rule and its runbook") {
  AlertRules rules;
  for (AlertRule& rule : rules.by_kind) rule.for_ns = 0;
  std::set<std::string> links;
  const std::pair<VerdictKind, const char*> names[] = {
      {VerdictKind::refused, "TmpfsRefused"},        {VerdictKind::full, "TmpfsFull"},
      {VerdictKind::kills_first, "TmpfsKillsFirst"}, {VerdictKind::full_soon, "TmpfsFullSoon"},
      {VerdictKind::never_fits, "TmpfsNeverFits"},   {VerdictKind::nearly_full, "TmpfsNearlyFull"},
      {VerdictKind::leftovers, "TmpfsLeftovers"},    {VerdictKind::own_losses, "TmpfstraceLosses"}};
  for (const auto& [kind, name] : names) {
    Engine engine(rules);
    const Alert alert = engine.at(0, {verdict(kind, "/")}).at(0);
    CHECK(alert.rule == name);
    links.insert(alert.runbook_url);
  }
  CHECK(links.size() == kVerdictKinds);
  CHECK(links.count("docs/alerts.md#tmpfsfullsoon") == 1);
  rules.runbook_base = "https://wiki.example/";
  Engine engine(rules);
  CHECK(engine.at(0, {full()}).at(0).runbook_url == "https://wiki.example/tmpfsfull");
}

TEST_CASE("verdicts that find no room are counted, and find it when others are over") {
  AlertRules rules = full_rule(0, 0);
  rules.max_active = 2;
  Engine engine(rules);
  const Verdict a = verdict(VerdictKind::full, "/a");
  const Verdict b = verdict(VerdictKind::full, "/b");
  const Verdict c = verdict(VerdictKind::full, "/c");
  CHECK(engine.at(0, {a, b, c}).size() == 2);
  CHECK(engine.engine.overflow() == 1);
  CHECK(engine.at(1, {a, b, c}).empty());
  CHECK(engine.engine.overflow() == 2);
  const std::vector<Alert> freed = engine.at(2, {b});
  REQUIRE(changes(freed) == Changes{AlertChange::resolved});
  const std::vector<Alert> fired = engine.at(3, {b, c});
  REQUIRE(changes(fired) == Changes{AlertChange::fired});
  CHECK(fired[0].verdict.mount_point == "/c");
  CHECK(engine.engine.overflow() == 2);
}

TEST_CASE("the same verdict twice at an instant is one alert") {
  Engine engine(full_rule(0, 0));
  Verdict worse = full();
  worse.severity = Severity::critical;
  CHECK(engine.at(0, {full(), worse}).size() == 1);
  CHECK(engine.at(1, {full(), worse}).empty());
}

TEST_CASE("several at once: what fires in the order of the verdicts, then what is over") {
  AlertRules rules = full_rule(0, 0);
  rules[VerdictKind::refused] = {true, 0, 0, {}};
  Engine engine(rules);
  (void)engine.at(0, {verdict(VerdictKind::full, "/a")});
  const std::vector<Alert> told = engine.at(1, {verdict(VerdictKind::refused, "/z"), verdict(VerdictKind::full, "/b")});
  REQUIRE(changes(told) == Changes{AlertChange::fired, AlertChange::fired, AlertChange::resolved});
  CHECK(told[0].verdict.mount_point == "/z");
  CHECK(told[1].verdict.mount_point == "/b");
  CHECK(told[2].verdict.mount_point == "/a");
}

TEST_CASE("after a restart what is wrong still is held and fires again under the same fingerprint") {
  Engine before(full_rule(30, 60));
  (void)before.at(0, {full()});
  const std::vector<Alert> fired = before.at(30, {full()});
  Engine after(full_rule(30, 60));
  CHECK(after.at(40, {full()}).empty());
  const std::vector<Alert> again = after.at(70, {full()});
  REQUIRE(changes(again) == Changes{AlertChange::fired});
  CHECK(again[0].fingerprint == fired.at(0).fingerprint);
  CHECK(again[0].labels == fired[0].labels);
}

TEST_CASE("a recording whose monotonic clock goes back: what was waited for counts") {
  Engine engine(full_rule(30, 60));
  (void)engine.engine.observe({full()}, 5000 * second_ns, 1000 * second_ns);
  (void)engine.engine.observe({full()}, 5020 * second_ns, 1020 * second_ns);
  CHECK(engine.engine.observe({full()}, 100 * second_ns, 1500 * second_ns).empty());
  CHECK(engine.engine.observe({full()}, 109 * second_ns, 1509 * second_ns).empty());
  CHECK(changes(engine.engine.observe({full()}, 110 * second_ns, 1510 * second_ns)) == Changes{AlertChange::fired});
  CHECK(engine.engine.observe({}, 120 * second_ns, 1520 * second_ns).empty());
  CHECK(engine.engine.observe({}, 3 * second_ns, 2000 * second_ns).empty());
  CHECK(engine.engine.observe({}, 62 * second_ns, 2059 * second_ns).empty());
  CHECK(changes(engine.engine.observe({}, 63 * second_ns, 2060 * second_ns)) == Changes{AlertChange::resolved});
}

TEST_CASE("a real-time clock that goes back: an end is not before its start") {
  Engine engine(full_rule(0, 0));
  (void)engine.engine.observe({full()}, second_ns, 1000 * second_ns);
  const std::vector<Alert> over = engine.engine.observe({}, 2 * second_ns, 500 * second_ns);
  REQUIRE(over.size() == 1);
  CHECK(over[0].ended_ns == 1000 * second_ns);
}
