// SPDX-License-Identifier: Apache-2.0
// The command line. Pure: no file, no terminal, no clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tmpfstrace {

enum class Subcommand { top, json, record, agent, doctor, audit, unpin };

// Of `agent` alone.
struct AgentOptions {
  std::vector<std::string> listen_addresses;  // empty: the default
  bool systemd_socket = false;                // the sockets are handed in by systemd
  std::string telemetry_path = "/metrics";
  std::string web_config;  // empty: none
  std::uint32_t max_requests = 40;
  std::uint32_t max_connections = 512;
  bool no_web = false;
  std::string lines;  // JSON lines: a file, "-" for standard output, empty for nowhere
  std::uint64_t lines_max_bytes = 100ULL << 20;
  std::uint32_t lines_files = 5;
  bool all_superblocks = false;
  std::uint64_t min_used_bytes = 1ULL << 20;
  std::uint32_t max_superblocks = 1000;  // that are served apart
  bool program_times = false;            // keeps CAP_SYS_ADMIN
  bool no_sandbox = false;               // keep every privilege
};

struct Options {
  Subcommand command = Subcommand::json;
  std::chrono::milliseconds interval{1000};  // 10 s for an agent
  std::optional<std::uint64_t> count;        // samples
  std::optional<std::chrono::milliseconds> duration;
  std::string mode = "auto";
  std::string hooks = "auto";
  std::uint32_t max_slots = 24576;  // (cgroup, superblock) pairs; 8192 for an agent
  std::uint32_t max_inodes = 1048576;
  std::uint32_t max_superblocks = 8192;
  std::uint32_t event_rate = 10;
  bool events = true;
  bool pin = false;  // programs and counts outlive the tool
  std::string pin_path = "/sys/fs/bpf/tmpfstrace";
  std::string host_root = "/";        // of the node, for the names of its pods and containers
  std::string replay;                 // top, json: a recording instead of this host; empty: none
  double speed = 1;                   // top with a recording
  std::optional<std::string> layout;  // top; empty text: nowhere; absent: the usual place
  std::string config;                 // top, json, agent; empty: none
  std::string check_config;           // checked, and nothing else done; empty: a run
  std::string file;                   // record
  bool json_report = false;           // doctor, audit
  std::vector<std::string> only;      // json, agent: types of documents; empty: all
  std::vector<std::string> fields;    // json, agent: paths of export/field_path.h; empty: all
  AgentOptions agent;
};

// The program ends without running: help, version, or a mistake. A mistake is one line on stderr.
struct EarlyExit {
  int code = 0;
  std::string text;
};

// on_terminal: standard input and output are one; it decides what runs when no command is given.
std::variant<Options, EarlyExit> parse_options(int argc, const char* const* argv, bool on_terminal);

}  // namespace tmpfstrace
