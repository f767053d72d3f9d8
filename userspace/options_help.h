// SPDX-License-Identifier: Apache-2.0
// What stands below the options in the help of the program and of each command. For options.cpp alone.
#pragma once

namespace tmpfstrace {

inline constexpr const char* footer = R"(
Examples:
  tmpfstrace                             watch this host (top on a terminal, json otherwise)
  tmpfstrace json --count 2              two samples, the second with rates
  tmpfstrace record full.zst             record until interrupted
  tmpfstrace top --replay full.zst       look at a recording, no privilege needed
  tmpfstrace agent                       serve metrics to a Prometheus, until interrupted
  tmpfstrace doctor                      what this host allows, and why not more
  tmpfstrace audit                       every tmpfs of this host by risk, at once and without BPF
  tmpfstrace json --pin                  counts that outlive the tool; tmpfstrace unpin ends that

tmpfstrace COMMAND --help shows more examples. Exit status: 0 ok, 1 failure, 2 usage, 3 missing privilege,
4 damaged recording. See tmpfstrace(8).)";

inline constexpr const char* top_examples = R"(
Examples:
  tmpfstrace top --interval 500ms
  tmpfstrace top --replay full.zst --speed 10     (t, T step; e, E go to the next event and back; F: first refusal)
  tmpfstrace top --layout ""                      (with the usual columns, and without keeping what is chosen)
Press ? there for every key.)";

inline constexpr const char* json_examples = R"(
Examples:
  tmpfstrace json | jq -c 'select(.type == "event") | [.cgroup_path, .mount_point, .operation, .cause]'
  tmpfstrace json --only sample --field verdicts.text | jq -r '.verdicts[].text'
  tmpfstrace json --duration 1m --no-events >minute.ndjson
  tmpfstrace json --no-events --replay full.zst | jq .totals
  tmpfstrace json --no-events --config alerts.toml)";

inline constexpr const char* record_examples = R"(
Examples:
  tmpfstrace record full.zst
  tmpfstrace record --interval 10s --duration 60m hour.zst)";

inline constexpr const char* agent_examples = R"(
Examples:
  tmpfstrace agent                                          metrics on http://127.0.0.1:10059/metrics, a page on /
  tmpfstrace agent --web.listen-address :10059 --web.config.file web.yml --pin
  tmpfstrace agent --json /var/log/tmpfstrace/events.json --only event,alert --config alerts.toml
SIGHUP reads the web configuration and certificates anew and opens the JSON file again.)";

inline constexpr const char* doctor_examples = R"(
Examples:
  tmpfstrace doctor
  tmpfstrace doctor --json | jq .
Exit status: 0 exact, 10 syscall, 11 poll.)";

inline constexpr const char* audit_examples = R"(
Examples:
  tmpfstrace audit
  tmpfstrace audit --json | jq -r '.superblocks[].verdicts[].text'
Exit status: 0 nothing is wrong, 20 something is (risk "warning"), 21 it cannot wait ("critical").)";

inline constexpr const char* unpin_examples = R"(
Examples:
  tmpfstrace unpin
  tmpfstrace unpin --pin-path /sys/fs/bpf/other
Exit status: 0 also when nothing was pinned.)";

}  // namespace tmpfstrace
