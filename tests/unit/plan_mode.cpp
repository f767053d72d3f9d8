// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <cerrno>
#include <string>
#include <vector>

#include "bpf/mode_plan.h"

using namespace tmpfstrace;

namespace {

constexpr std::size_t kFacts = 7;

HostAbilities host_of(unsigned bits, bool missing_privilege) {
  auto bit = [&](std::size_t i) { return (bits >> i & 1) != 0; };
  HostAbilities host;
  host.btf = bit(0);
  host.no_btf_reason = "WHY-NO-BTF";
  host.may_preempt = bit(1);
  host.preemption = "PREEMPTION";
  host.fentry = bit(2);
  host.no_fentry_reason = "WHY-NO-FENTRY";
  host.kprobes = bit(3);
  host.no_kprobes_reason = "WHY-NO-KPROBES";
  host.raw_tracepoints = bit(4);
  host.no_raw_tracepoints_reason = "WHY-NO-RAW";
  if (bit(5)) host.fentry_gaps = "FENTRY-GAPS";
  if (bit(6)) host.kprobe_gaps = "KPROBE-GAPS";
  host.missing_privilege = missing_privilege;
  return host;
}

struct Expectation {
  std::string facts;               // '1', '0' or '*' for each fact; the first row that fits is the one
  std::string result;              // "exact fentry", …; "error" for a refusal
  std::vector<std::string> words;  // in the reason or the message
};

bool fits(const std::string& facts, unsigned bits) {
  for (std::size_t i = 0; i < facts.size(); ++i)
    if (facts[i] != '*' && (facts[i] == '1') != ((bits >> i & 1) != 0)) return false;
  return true;
}

std::string text_of(const ModeDecision& decision) {
  const std::string hooks = run_hooks_name(decision.hooks);
  return std::string(run_mode_name(decision.mode)) + (hooks.empty() ? "" : " " + hooks);
}

void check_table(const std::string& mode, const std::string& hooks, const std::vector<Expectation>& table) {
  for (unsigned bits = 0; bits < 1u << kFacts; ++bits) {
    for (const bool missing_privilege : {false, true}) {
      const Expectation* expected = nullptr;
      for (const auto& row : table)
        if (fits(row.facts, bits)) {
          expected = &row;
          break;
        }
      REQUIRE(expected != nullptr);
      const auto decision = decide_mode(host_of(bits, missing_privilege), mode, hooks);
      INFO("--mode " << mode << " --hooks " << hooks << ", row " << expected->facts << ", facts " << bits);
      CHECK((decision ? text_of(*decision) : "error") == expected->result);
      const std::string text = decision ? decision->reason : decision.error().message;
      CHECK_FALSE(text.empty());
      CHECK(text.find('\n') == std::string::npos);
      for (const auto& word : expected->words) CHECK_THAT(text, Catch::Contains(word));
      if (!decision) {
        CHECK(decision.error().code == (missing_privilege ? EPERM : 0));
        CHECK_THAT(decision.error().hint, Catch::Contains(missing_privilege ? "CAP_" : "doctor"));
      }
    }
  }
}

}  // namespace

// The columns:   btf, may preempt, fentry, kprobes, raw tracepoints, fentry gaps, kprobe gaps
TEST_CASE("auto: fentry where nothing is lost, else kprobes, else raw tracepoints, else polling", "[plan]") {
  check_table("auto", "auto",
              {{"0******", "poll", {"WHY-NO-BTF"}},
               {"101**0*", "exact fentry", {"PREEMPTION"}},
               {"1**1**0", "exact kprobe", {"kprobes"}},
               // Neither of the two is exact: the reason names what stands against each.
               {"1*001**", "syscall raw_tracepoint", {"WHY-NO-FENTRY", "WHY-NO-KPROBES"}},
               {"1*000**", "poll", {"WHY-NO-FENTRY", "WHY-NO-KPROBES", "WHY-NO-RAW"}},
               {"1*011*1", "syscall raw_tracepoint", {"WHY-NO-FENTRY", "KPROBE-GAPS"}},
               {"1*010*1", "poll", {"WHY-NO-FENTRY", "KPROBE-GAPS", "WHY-NO-RAW"}},
               {"1*1011*", "syscall raw_tracepoint", {"FENTRY-GAPS", "WHY-NO-KPROBES"}},
               {"1*1001*", "poll", {"FENTRY-GAPS", "WHY-NO-KPROBES", "WHY-NO-RAW"}},
               {"1*11111", "syscall raw_tracepoint", {"FENTRY-GAPS", "KPROBE-GAPS"}},
               {"1*11011", "poll", {"FENTRY-GAPS", "KPROBE-GAPS", "WHY-NO-RAW"}},
               {"111010*", "syscall raw_tracepoint", {"may preempt", "PREEMPTION", "WHY-NO-KPROBES"}},
               {"111000*", "poll", {"may preempt", "PREEMPTION", "WHY-NO-KPROBES", "WHY-NO-RAW"}},
               {"1111101", "syscall raw_tracepoint", {"may preempt", "PREEMPTION", "KPROBE-GAPS"}},
               {"1111001", "poll", {"may preempt", "PREEMPTION", "KPROBE-GAPS", "WHY-NO-RAW"}}});
}

TEST_CASE("exact: never replaced by something else", "[plan]") {
  check_table("exact", "auto",
              {{"0******", "error", {"WHY-NO-BTF"}},
               {"101**0*", "exact fentry", {"PREEMPTION"}},
               {"1**1**0", "exact kprobe", {"kprobes"}},
               {"1*00***", "error", {"WHY-NO-FENTRY", "WHY-NO-KPROBES"}},
               {"1*01**1", "error", {"WHY-NO-FENTRY", "KPROBE-GAPS"}},
               {"1*10*1*", "error", {"FENTRY-GAPS", "WHY-NO-KPROBES"}},
               {"1*11*11", "error", {"FENTRY-GAPS", "KPROBE-GAPS"}},
               {"1110*0*", "error", {"may preempt", "WHY-NO-KPROBES"}},
               {"1111*01", "error", {"may preempt", "KPROBE-GAPS"}}});
}

TEST_CASE("hooks that were asked for are used or refused", "[plan]") {
  for (const std::string mode : {"auto", "exact"}) {
    check_table(mode, "fentry",
                {{"0******", "error", {"--hooks fentry", "WHY-NO-BTF"}},
                 {"1*0****", "error", {"--hooks fentry", "WHY-NO-FENTRY"}},
                 {"1*1**1*", "error", {"--hooks fentry", "FENTRY-GAPS"}},
                 {"111**0*", "error", {"--hooks fentry", "may preempt", "PREEMPTION"}},
                 {"101**0*", "exact fentry", {"asked for"}}});
    check_table(mode, "kprobe",
                {{"0******", "error", {"--hooks kprobe", "WHY-NO-BTF"}},
                 {"1**0***", "error", {"--hooks kprobe", "WHY-NO-KPROBES"}},
                 {"1**1**1", "error", {"--hooks kprobe", "KPROBE-GAPS"}},
                 {"1**1**0", "exact kprobe", {"asked for"}}});
  }
}

TEST_CASE("syscall: raw tracepoints, whatever else this host can do", "[plan]") {
  check_table("syscall", "auto",
              {{"0******", "error", {"syscall mode", "WHY-NO-BTF"}},
               {"1***0**", "error", {"syscall mode", "WHY-NO-RAW"}},
               {"1***1**", "syscall raw_tracepoint", {"asked for"}}});
}

TEST_CASE("poll: always possible", "[plan]") { check_table("poll", "auto", {{"*******", "poll", {"asked for"}}}); }

// What works on paper and does not start.
TEST_CASE("auto takes the next best when what was decided does not start", "[plan]") {
  HostAbilities host = host_of(0b0011101, false);  // everything works, nothing preempts
  std::vector<std::string> started;
  std::string reason;
  for (const std::string why : {"FENTRY-FAILED", "KPROBES-FAILED", "RAW-FAILED"}) {
    const auto decision = decide_mode(host, "auto", "auto");
    REQUIRE(decision);
    started.push_back(text_of(*decision));
    add_failure(host, *decision, why);
  }
  CHECK(started == std::vector<std::string>{"exact fentry", "exact kprobe", "syscall raw_tracepoint"});
  const auto last = decide_mode(host, "auto", "auto");
  REQUIRE(last);
  CHECK(text_of(*last) == "poll");
  for (const std::string why : {"FENTRY-FAILED", "KPROBES-FAILED", "RAW-FAILED"})
    CHECK_THAT(last->reason, Catch::Contains("did not start: " + why));
}

TEST_CASE("a failure is in the reason of what runs instead", "[plan]") {
  HostAbilities host = host_of(0b0011101, false);
  add_failure(host, {RunMode::Exact, RunHooks::Fentry, {}}, "FENTRY-FAILED");
  const auto kprobes = decide_mode(host, "auto", "auto");
  REQUIRE(kprobes);
  CHECK(text_of(*kprobes) == "exact kprobe");
  CHECK_THAT(kprobes->reason, Catch::Contains("FENTRY-FAILED"));
  add_failure(host, *kprobes, "KPROBES-FAILED");
  const auto syscall = decide_mode(host, "auto", "auto");
  REQUIRE(syscall);
  CHECK(text_of(*syscall) == "syscall raw_tracepoint");
  CHECK_THAT(syscall->reason, Catch::Contains("FENTRY-FAILED") && Catch::Contains("KPROBES-FAILED"));
}

TEST_CASE("what was asked for by name does not fall back", "[plan]") {
  CHECK(may_fall_back("auto", "auto"));
  for (const std::string mode : {"exact", "syscall", "poll"}) CHECK_FALSE(may_fall_back(mode, "auto"));
  for (const std::string hooks : {"fentry", "kprobe"}) CHECK_FALSE(may_fall_back("auto", hooks));
}

TEST_CASE("what was not probed says so", "[plan]") {
  const auto decision = decide_mode(HostAbilities{}, "syscall", "auto");
  REQUIRE_FALSE(decision);
  CHECK_THAT(decision.error().message, Catch::Contains("not tried"));
}
