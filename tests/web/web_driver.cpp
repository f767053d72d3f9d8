// SPDX-License-Identifier: Apache-2.0
// The web side of the agent without the rest of it: web-driver KEY=VALUE…, with the keys listen (as often as wanted),
// config, telemetry, connections, requests, streams, timeout_ms, stale_ms, rows, padding (bytes of metrics),
// snapshot_padding.
//
// Publishes all documents five times a second. A line of standard input is a command: "event TEXT", "events N",
// "ready", "not-ready WHY", "reload", "stop" (publishing), "go". Prints "listening ADDRESSES", "worker PID" whenever
// there is another one, "log TEXT", and "done COMMAND" after each command.
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "export/html_page.h"
#include "web/web_sandbox.h"
#include "web/web_server.h"
#include "web/web_worker.h"

using namespace tmpfstrace;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

struct Settings {
  WebOptions web;
  std::size_t rows = 3;
  std::size_t padding = 0;
  std::size_t snapshot_padding = 0;
};

void say(const std::string& line) { std::cout << line << std::endl; }

SuperblockView superblock(std::uint32_t minor, const std::string& where, std::uint64_t used_mib) {
  SuperblockView view;
  view.info.id = {0, minor, 0};
  view.info.kind = "tmpfs";
  view.info.mounts = {{1, 100, 1, "/", where, ""}};
  view.info.size_bytes = 64U << 20;
  view.info.used_bytes = used_mib << 20;
  view.info.inodes_total = 16384;
  view.info.inodes_used = 12 + used_mib;
  view.tally.rates.allocated_bytes = 1.5e6;
  view.tally.rates.freed_bytes = 0;
  view.tally.refused = 0;
  view.tally.rates.refused = 0;
  return view;
}

Owner pod(const char* name) {
  Owner owner;
  owner.kind = "pod";
  owner.k8s_namespace = "auth";
  owner.pod_name = name;
  owner.k8s_container = "proxy";
  return owner;
}

// What a bad night looks like, with the names that somebody chose to look like something else.
Snapshot snapshot_of(std::uint64_t sequence, std::size_t rows) {
  Snapshot snapshot;
  snapshot.sequence = sequence;
  snapshot.realtime_ns =
      static_cast<std::uint64_t>(std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count());
  snapshot.kernel = "6.1.0-18-amd64";
  snapshot.mode = {"syscall",
                   "raw_tracepoint",
                   "the kernel has no BTF",
                   {"faults of mapped files are not counted", "what the kernel itself writes is not counted"}};
  snapshot.losses = {{"ring_full", 3}, {"slots_full", 0}};
  snapshot.node = NodeMemory{16ULL << 30, 3ULL << 30, 0};
  snapshot.totals.used_bytes = 131U << 20;
  snapshot.totals.size_bytes = 192U << 20;
  snapshot.totals.refusals = 27600;
  snapshot.totals.refusals_per_second = 412.5;
  snapshot.superblocks = {superblock(1, "/dev/shm", 64), superblock(2, "/run", 60),
                          superblock(3,
                                     "/mnt/<script>alert('\"&\n\xe2\x80\xae"
                                     "gnp.exe",
                                     7)};
  snapshot.superblocks[0].info.owner = std::make_shared<Owner>(pod("outpost-7d9c5b9f44-x2x7q"));
  snapshot.superblocks[0].tally.refused = 27600;
  snapshot.superblocks[0].tally.rates.refused = 412.5;
  snapshot.superblocks[0].tally.refusals = {{TMPFS_OP_WRITE, TMPFS_CAUSE_BLOCKS, 27600}};
  BindingLimit full{LimitKind::blocks, {}, true};
  full.forecast.state = ForecastState::full;
  full.forecast.mid_ns = 0;
  snapshot.superblocks[0].outlook.binding = full;
  full.forecast.state = ForecastState::fills;
  full.forecast.mid_ns = 48ULL * 60 * 1'000'000'000;
  snapshot.superblocks[1].outlook.binding = full;
  Verdict worst;
  worst.superblock = snapshot.superblocks[0].info.id;
  worst.subject = "pod auth/outpost-7d9c5b9f44-x2x7q: /dev/shm";
  worst.finding = "is full (64 MiB, blocks); 27,600 writes refused since 16:41:07";
  worst.remedy = "size 768 MiB and memory limit 1 GiB";
  Verdict soon;
  soon.kind = VerdictKind::full_soon;
  soon.severity = Severity::warning;
  soon.superblock = snapshot.superblocks[1].info.id;
  soon.subject = "/run";
  soon.finding = "is full in 48 min at this rate (60 MiB of 64 MiB)";
  snapshot.verdicts = {worst, soon};
  for (std::size_t i = snapshot.superblocks.size(); i < rows; ++i)
    snapshot.superblocks.push_back(superblock(static_cast<std::uint32_t>(i + 1), "/mnt/" + std::to_string(i), i % 50));
  return snapshot;
}

std::string metrics_of(std::uint64_t sequence, bool openmetrics, std::size_t padding) {
  const char* family = openmetrics ? "tmpfstrace_samples" : "tmpfstrace_samples_total";
  std::ostringstream text;
  text << "# HELP " << family << " Samples taken.\n# TYPE " << family << " counter\n";
  text << "tmpfstrace_samples_total " << sequence << "\n";
  text << "# HELP tmpfstrace_superblock_used_bytes Bytes in use.\n# TYPE tmpfstrace_superblock_used_bytes gauge\n";
  if (openmetrics) text << "# UNIT tmpfstrace_superblock_used_bytes bytes\n";
  std::size_t i = 0;
  do text << "tmpfstrace_superblock_used_bytes{mount=\"/mnt/" << i << "\"} " << i * 4096 << "\n";
  while (++i * 60 < padding);
  return text.str();
}

class Driver {
 public:
  explicit Driver(Settings settings) : settings_(std::move(settings)) {}
  int run();

 private:
  void publish();
  void command(const std::string& line);
  bool read_commands();

  Settings settings_;
  std::unique_ptr<WebServer> server_;
  std::uint64_t sequence_ = 0;
  int worker_ = -1;
  bool publishing_ = true;
  std::string input_;
};

void Driver::publish() {
  ++sequence_;
  const Snapshot snapshot = snapshot_of(sequence_, settings_.rows);
  server_->publish(WebDocument::metrics_text, metrics_of(sequence_, false, settings_.padding));
  server_->publish(WebDocument::metrics_openmetrics, metrics_of(sequence_, true, settings_.padding));
  server_->publish(WebDocument::snapshot_json, "{\"sequence\":" + std::to_string(sequence_) + ",\"padding\":\"" +
                                                   std::string(settings_.snapshot_padding, 'x') + "\"}\n");
  server_->publish(WebDocument::page_html,
                   page_of(snapshot, {.host = "node-17", .version = "0.8.0", .interval = 1000ms}));
}

void Driver::command(const std::string& line) {
  std::istringstream words(line);
  std::string name, rest;
  words >> name;
  std::getline(words >> std::ws, rest);
  if (name == "event") server_->publish_event(rest);
  if (name == "events")
    for (int i = 0; i < std::stoi(rest); ++i)
      server_->publish_event("{\"type\":\"refusal\",\"number\":" + std::to_string(i) + ",\"padding\":\"" +
                             std::string(200, 'x') + "\"}");
  if (name == "ready") server_->set_ready(true, "");
  if (name == "not-ready") server_->set_ready(false, rest);
  if (name == "reload" && !server_->reload()) say("refused");
  if (name == "stop" || name == "go") publishing_ = name == "go";
  say("done " + name);
}

bool Driver::read_commands() {
  char piece[4096];
  const ssize_t got = ::read(STDIN_FILENO, piece, sizeof piece);
  if (got <= 0) return false;
  input_.append(piece, static_cast<std::size_t>(got));
  for (std::size_t end = input_.find('\n'); end != std::string::npos; end = input_.find('\n')) {
    command(input_.substr(0, end));
    input_.erase(0, end + 1);
  }
  return true;
}

int Driver::run() {
  settings_.web.log = [](const std::string& line) { say("log " + line); };
  auto server = WebServer::start(settings_.web);
  if (!server) {
    std::cerr << server.error().message << (server.error().hint.empty() ? "" : " (" + server.error().hint + ")")
              << '\n';
    return 1;
  }
  server_ = std::move(*server);
  server_->set_ready(true, "");
  say("listening " + server_->addresses());
  auto next = Clock::now();
  while (true) {
    if (server_->worker() != worker_ && server_->worker() > 0)
      say("worker " + std::to_string(worker_ = server_->worker()));
    if (Clock::now() >= next) {
      next += 200ms;
      (void)server_->reload_if_changed();
      if (publishing_) publish();
    }
    pollfd ready[] = {{STDIN_FILENO, POLLIN, 0}, {server_->fd(), POLLIN, 0}};
    const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(next - Clock::now());
    ::poll(ready, 2, static_cast<int>(std::max<long long>(0, wait.count() + 1)));
    if (ready[1].revents != 0)
      if (const Result<void> done = server_->on_ready(); !done) say("log " + done.error().message);
    if (ready[0].revents != 0 && !read_commands()) return 0;
  }
}

Settings parse(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::size_t equal = argument.find('=');
    if (equal == std::string::npos) throw std::runtime_error("no KEY=VALUE: " + argument);
    const std::string key = argument.substr(0, equal);
    const std::string value = argument.substr(equal + 1);
    const std::map<std::string, std::uint32_t*> numbers = {{"connections", &settings.web.max_connections},
                                                           {"requests", &settings.web.max_requests},
                                                           {"streams", &settings.web.max_event_streams}};
    if (key == "listen")
      settings.web.listen_addresses.push_back(value);
    else if (key == "systemd")
      settings.web.systemd_socket = true;
    else if (key == "config")
      settings.web.config_file = value;
    else if (key == "telemetry")
      settings.web.telemetry_path = value;
    else if (key == "timeout_ms")
      settings.web.timeout = std::chrono::milliseconds(std::stoi(value));
    else if (key == "stale_ms")
      settings.web.stale_after = std::chrono::milliseconds(std::stoi(value));
    else if (key == "rows")
      settings.rows = std::stoul(value);
    else if (key == "padding")
      settings.padding = std::stoul(value);
    else if (key == "snapshot_padding")
      settings.snapshot_padding = std::stoul(value);
    else
      *numbers.at(key) = static_cast<std::uint32_t>(std::stoul(value));
  }
  return settings;
}

// Each as an intruder would make it; 0 or more: it was done.
long attempt(const std::string& call) {
  char program[] = "/bin/true";
  char* const arguments[] = {program, nullptr};
  int pair[2];
  if (call == "open") return ::open("/etc/passwd", O_RDONLY);
  if (call == "create") return ::open("/tmp/web-sandbox-probe", O_WRONLY | O_CREAT, 0600);
  if (call == "stat") return ::access("/etc/passwd", F_OK);
  if (call == "socket") return ::socket(AF_INET, SOCK_STREAM, 0);
  if (call == "socketpair") return ::socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  if (call == "connect") return ::connect(0, nullptr, 0);
  if (call == "fork") return ::fork();
  if (call == "kill") return ::kill(::getppid(), 0);
  if (call == "setuid") return ::setuid(0);
  if (call == "chroot") return ::chroot("/");
  if (call == "executable")
    return ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0;
  if (call == "exec") return ::execv(program, arguments);
  if (call == "ptrace") return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
  if (call == "bpf") return ::syscall(SYS_bpf, 0, nullptr, 0);
  if (call == "memory") return std::malloc(2UL << 30) == nullptr ? -1 : 0;
  if (call == "nothing") return 0;
  throw std::runtime_error("no such probe: " + call);
}

int probe(const std::string& call) {
  if (const Result<void> closed = enter_web_sandbox(); !closed) {
    std::printf("not entered: %s\n", closed.error().message.c_str());
    return 1;
  }
  const long result = attempt(call);
  const char* text = result >= 0 ? "done\n" : errno == EPERM ? "EPERM\n" : errno == ENOMEM ? "ENOMEM\n" : "other\n";
  return ::write(STDOUT_FILENO, text, std::strlen(text)) > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], kWebWorkerArgument) == 0) return run_web_worker(STDIN_FILENO);
  std::signal(SIGPIPE, SIG_IGN);
  try {
    if (argc == 3 && std::strcmp(argv[1], "--probe") == 0) return probe(argv[2]);
    return Driver(parse(argc, argv)).run();
  } catch (const std::exception& error) {
    std::cerr << "web-driver: " << error.what() << '\n';
    return 2;
  }
}
