// SPDX-License-Identifier: Apache-2.0
#include "incident.h"

#include <fcntl.h>
#include <signal.h>
#include <time.h>

#include <filesystem>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

#include "util.h"
#include "words.h"

namespace containers {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kMemoryLimit = 256ULL << 20;
constexpr std::uint64_t kPage = 4096;
constexpr long kFits = 16'384;
constexpr long kAhead = 16'334;  // stored before the tool is started; the last 50 come while it watches
constexpr long kAtOnce = 200;    // refused until the sentence comes, at most: each leaves an empty file behind
constexpr const char* kPaceMicroseconds = "50000";  // of the last, and of those that are refused
constexpr double kSecondsApart = 60.0 / 18;
constexpr double kSoon = 2;  // from the first refusal

double realtime() {
  timespec now;
  ::clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

void set_realtime(double time) {
  const auto whole = static_cast<time_t>(time);
  const timespec then{.tv_sec = whole, .tv_nsec = static_cast<long>((time - static_cast<double>(whole)) * 1e9)};
  if (::clock_settime(CLOCK_REALTIME, &then) != 0) throw_errno("clock_settime");
}

// Fifteen hours in some seconds: the guest's clock goes as fast as sessions come, 18 a minute, so that the times of
// birth that the files bear are those of the incident. It is done before the tool starts, and CLOCK_MONOTONIC, by which
// all is measured, does not know of it.
void let_sessions_come(Container& proxy, const std::string& shm) {
  const double start = realtime();
  const std::uint64_t deadline = monotonic_ns() + 120'000'000'000;
  const auto is_ahead = [](const Json& line) { return line.contains("ahead"); };
  std::optional<Document> ahead;
  while (!ahead) {
    ahead = proxy.output().wait_for(is_ahead, std::chrono::seconds(0));
    set_realtime(start + static_cast<double>(used_bytes(shm) / kPage) * kSecondsApart);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    if (monotonic_ns() > deadline) throw std::runtime_error("the proxy does not come to its last sessions");
  }
  if (ahead->value["ahead"] != kAhead) throw std::runtime_error("sessions ahead: " + ahead->value.dump());
}

double evidence(const Json& verdict, const char* name) { return verdict["evidence"].value(name, 0.0); }

}  // namespace

Incident::Incident() : pod_("auth", "outpost-6c9f7d5b8-x2x7q", kMemoryLimit) {
  proxy_ = pod_.run("proxy", {"/bin/session-writer", "sessions", "/dev/shm", std::to_string(kAhead), kPaceMicroseconds},
                    kMemoryLimit);
  let_sessions_come(*proxy_, pod_.shm());
}

std::vector<std::string> Incident::missing_in(const Json& verdict) const {
  std::vector<std::string> missing;
  const auto need = [&](bool is_there, const char* what) {
    if (!is_there) missing.emplace_back(what);
  };
  const std::string text = verdict["text"];
  need(has(text, "pod auth/" + pod_.name() + " "), "pod");
  need(has(text, " container proxy"), "container");
  need(has(text, ": /dev/shm is ") && verdict["mount_point"] == "/dev/shm", "mount");
  // A walk over the files ends after a quarter of a second: with slow processors it meets a part of them, and says so.
  const long files = number_before(text, "session_* files, none removed, ");
  const bool is_part = has(text, "; at least ");
  need(files <= kFits + kAtOnce && files >= (is_part ? kFits / 16 : kAhead), "pattern");
  const double rate = number_between(text, "session_* files, none removed, ", " a minute");
  need(rate >= 17.5 && rate <= 18.5, "rate of the pattern");
  need(has(text, "is full (64 MiB, blocks); ") && has(text, " refused since ") && verdict["limit"] == "blocks",
       "cause");
  // 181,440 sessions of a page each are 709 MiB.
  const double size = 768 << 20;
  need(has(verdict["remedy"], "to hold 7 days of them: size 768 MiB and memory limit ") &&
           has(text, verdict["remedy"]) && evidence(verdict, "recommended_size_bytes") == size &&
           evidence(verdict, "recommended_memory_limit") > size,
       "remedy");
  return missing;
}

void Incident::is_told(Tool& tool, Report& report) {
  const std::size_t from = tool.lines();
  const std::string device = device_of(pod_.shm());
  proxy_->signal(SIGUSR1);
  const auto refused = proxy_->output().wait_for([](const Json& line) { return line.contains("first_refused_ns"); },
                                                 std::chrono::seconds(60));
  if (!refused) throw std::runtime_error("nothing was refused");
  first_refused_ns_ = refused->value["first_refused_ns"];
  report.expect(refused->value["errno"] == "ENOSPC" && refused->value["stored"] == kFits, refused->value.dump());

  std::optional<Said> first;
  std::vector<std::string> missing = {"every word"};
  const auto complete = tool.wait_for_verdict(device, from, std::chrono::seconds(30), [&](const Json& verdict) {
    if (verdict["kind"] != "refused") return false;
    if (!first) first = Said{monotonic_ns(), verdict["text"], verdict};
    missing = missing_in(verdict);
    return missing.empty();
  });
  for (const std::string& name : missing) report.expect(complete.has_value(), "no " + name + " in 30 s");
  if (first && !complete) report.line(first->text);
  if (complete) {
    const double took = seconds(complete->arrived_ns) - seconds(first_refused_ns_);
    report.expect(took >= 0 && took <= kSoon, "the sentence came too late");
    report.number(
        fmt::format("sentence with pod, container, mount, pattern, cause and remedy {:.2f} s after the first "
                    "refusal, goal {:.0f} s",
                    took, kSoon));
    report.line(complete->text);
  }

  proxy_->signal(SIGTERM);
  const auto end =
      proxy_->output().wait_for([](const Json& line) { return line.contains("refused"); }, std::chrono::seconds(30));
  if (!end) throw std::runtime_error("the proxy does not end");
  const auto counted = tool.wait_for(from, std::chrono::seconds(30), [&](const Json& document) {
    if (document["type"] != "sample") return false;
    const Json superblock = superblock_of(document, device);
    return !superblock.is_null() && superblock["counters"]["refused"] == end->value["refused"];
  });
  report.expect(counted.has_value(), "another number of refusals is counted than " + end->value.dump());
  report.number(fmt::format("{} refused, all counted", end->value["refused"].get<long>()));
}

bool Incident::is_our_alert(const Json& labels) const {
  return labels.value("alertname", "") == "TmpfsRefused" && labels.value("namespace", "") == "auth" &&
         labels.value("pod", "") == pod_.name() && labels.value("container", "") == "proxy" &&
         labels.value("mount_point", "") == "/dev/shm" && labels.value("limit", "") == "blocks";
}

void Incident::is_firing(Alertmanager& alertmanager, Report& report) {
  const auto told = alertmanager.told().wait_for(
      [&](const Json& body) { return body["status"] == "firing" && is_our_alert(body["commonLabels"]); },
      std::chrono::seconds(30));
  report.expect(told.has_value(), "nobody was notified that it fires");
  if (told)
    report.number(fmt::format("{:.2f} s from the first refusal to the Alertmanager's notification",
                              seconds(told->arrived_ns) - seconds(first_refused_ns_)));
  Json ours;
  for (const Json& alert : alertmanager.alerts())
    if (is_our_alert(alert["labels"])) ours = alert;
  report.expect(!ours.is_null(), "not in the Alertmanager: " + alertmanager.alerts().dump());
  if (ours.is_null()) return;
  const Json& notes = ours["annotations"];
  report.expect(ours["status"]["state"] == "active", "its state: " + ours["status"].dump());
  report.expect(
      has(notes["summary"], "pod auth/" + pod_.name() + " container proxy: /dev/shm is full (64 MiB, blocks); "),
      "its summary: " + notes.dump());
  report.expect(has(notes["remedy"], "size 768 MiB and memory limit "), "its remedy: " + notes.dump());
  remove_sessions();
}

void Incident::remove_sessions() {
  for (const auto& file : std::filesystem::directory_iterator(pod_.shm())) std::filesystem::remove(file);
  if (used_bytes(pod_.shm()) != 0) throw std::runtime_error("the mount is not empty");
  cleaned_ns_ = monotonic_ns();
}

void Incident::is_over(Alertmanager& alertmanager, Report& report) {
  const auto told = alertmanager.told().wait_for(
      [&](const Json& body) { return body["status"] == "resolved" && is_our_alert(body["commonLabels"]); },
      std::chrono::seconds(120));
  report.expect(cleaned_ns_ != 0 && told.has_value(), "nobody was notified that it is resolved");
  if (told)
    report.number(
        fmt::format("{:.0f} s after the mount was cleaned", seconds(told->arrived_ns) - seconds(cleaned_ns_)));
  for (const Json& alert : alertmanager.alerts())
    report.expect(!is_our_alert(alert["labels"]), "still in the Alertmanager: " + alert.dump());
}

}  // namespace containers
