// SPDX-License-Identifier: Apache-2.0
// Rules and senders of the tool without its counting: alert-driver CONFIG.
//
// Each line of standard input is an instant, now: its verdicts, as KIND:MOUNT_POINT, divided by blanks. Prints the
// lines of the alerts, and after each instant, and after the end, one document with the losses and what it took.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "alert_output.h"
#include "model/json_writer.h"

using namespace tmpfstrace;
using std::chrono::steady_clock;

namespace {

std::uint64_t in_ns(auto duration) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count());
}

Verdict parse_verdict(const std::string& word) {
  const std::size_t colon = word.find(':');
  if (colon == std::string::npos) throw std::runtime_error("no KIND:MOUNT_POINT: " + word);
  Verdict verdict;
  const std::string name = word.substr(0, colon);
  std::size_t kind = 0;
  while (kind < kVerdictKinds && name != verdict_name(static_cast<VerdictKind>(kind))) ++kind;
  if (kind == kVerdictKinds) throw std::runtime_error("no kind of a verdict: " + name);
  verdict.kind = static_cast<VerdictKind>(kind);
  verdict.severity = verdict.kind == VerdictKind::refused ? Severity::critical : Severity::warning;
  verdict.mount_point = word.substr(colon + 1);
  verdict.limit = "blocks";
  verdict.subject = verdict.mount_point;
  verdict.finding = "is " + name;
  verdict.remedy = "size 768 MiB";
  return verdict;
}

void print_state(const AlertOutput& output, const char* name, steady_clock::duration took) {
  std::map<std::string, std::uint64_t> losses;
  output.add_losses(losses);
  JsonWriter json;
  json.begin_object();
  json.field("type", name);
  json.field("took_ns", in_ns(took));
  json.key("losses");
  json.begin_object();
  for (const auto& [loss, count] : losses) json.field(loss, count);
  json.end_object();
  json.end_object();
  std::cout << json.take() << std::endl;
}

void put(AlertOutput& output, const std::string& line) {
  std::vector<Verdict> verdicts;
  std::istringstream words(line);
  for (std::string word; words >> word;) verdicts.push_back(parse_verdict(word));
  const auto begin = steady_clock::now();
  const std::vector<std::string> lines =
      output.put(verdicts, in_ns(begin.time_since_epoch()), in_ns(std::chrono::system_clock::now().time_since_epoch()));
  const auto took = steady_clock::now() - begin;
  for (const std::string& alert : lines) std::cout << alert << '\n';
  print_state(output, "instant", took);
}

int run(const std::string& path) {
  const auto config = read_config(path);
  if (!config) {
    for (const std::string& problem : config.error()) std::cerr << problem << '\n';
    return 2;
  }
  const auto output = AlertOutput::open(*config, true, std::chrono::milliseconds(1000),
                                        [](const std::string& complaint) { std::cerr << complaint << std::endl; });
  if (!output) {
    std::cerr << output.error().message << '\n';
    return 1;
  }
  for (std::string line; std::getline(std::cin, line);) put(**output, line);
  const auto begin = steady_clock::now();
  (*output)->stop();
  print_state(**output, "end", steady_clock::now() - begin);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: alert-driver CONFIG\n";
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return run(argv[1]);
  } catch (const std::exception& error) {
    std::cerr << "alert-driver: " << error.what() << '\n';
    return 1;
  }
}
