// SPDX-License-Identifier: Apache-2.0
// What watching costs the host: the tool's own processes, its BPF maps, and the runs of its BPF programs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tmpfstrace {

struct ProcessCost {
  std::optional<std::uint64_t> cpu_ns;         // user and system time, cumulative
  std::optional<std::uint64_t> rss_bytes;      // resident, the mapped part of the BPF maps and of libraries included
  std::optional<std::uint64_t> private_bytes;  // the part of it that is neither a file's nor a map's
};

// What the kernel counted of one program, cumulative or in a window.
struct ProgramRuns {
  std::string name;
  std::uint64_t runs = 0;
  std::uint64_t run_time_ns = 0;
};

// The kernel counts runs only while somebody asks for it, and each run then costs two readings of the clock more: it
// is asked for during windows. The times are CLOCK_MONOTONIC.
struct ProgramWindow {
  std::uint64_t start_ns = 0;
  std::uint64_t end_ns = 0;
  std::vector<ProgramRuns> programs;  // every loaded one, also those that did not run
};

// A hook of the mode that runs.
struct HookState {
  std::string function;  // or the tracepoint
  std::string how;       // "fentry", "kprobe session", "tracepoint"…
  bool attached = false;
};

struct MissedRuns {
  std::string program;
  std::uint64_t count = 0;  // since it was loaded
};

struct SelfCost {
  ProcessCost process;
  ProcessCost worker;  // the reader of symbols: CPU time of all there were, memory of the one there is
  std::optional<std::uint64_t> map_bytes;
  bool map_bytes_measured = false;      // else the kernel's rough formula for what they may grow to
  std::optional<ProgramWindow> window;  // the last one that has ended
  std::string no_window;                // why there is none; empty when there is one
  // Of a live host only: neither recorded nor in its JSON, where `blind` and `losses` tell what comes of them.
  std::vector<HookState> hooks;         // empty: nothing is attached in this mode
  std::vector<MissedRuns> missed_runs;  // empty: the kernel does not tell
};

struct SelfView {
  SelfCost cost;
  // Parts of one CPU: 1 is one CPU all the time, and on many CPUs more is possible.
  std::optional<double> cpu_share;      // of both processes, over the last interval
  std::optional<double> program_share;  // of all programs, in the window
  std::optional<double> runs_per_second;
};

// The runs between two readings of the same programs in the same order.
ProgramWindow window_between(std::uint64_t start_ns, const std::vector<ProgramRuns>& before, std::uint64_t end_ns,
                             std::vector<ProgramRuns> after);

std::uint64_t length_ns(const ProgramWindow& window);
std::optional<double> share_of(const ProgramRuns& runs, const ProgramWindow& window);  // of one CPU
std::optional<double> per_second(const ProgramRuns& runs, const ProgramWindow& window);
std::optional<double> ns_per_run(const ProgramRuns& runs);  // absent without a run

// The dearest first; those that cost the same by name.
std::vector<ProgramRuns> by_cost(const ProgramWindow& window);

// Null: there is no previous one. interval_ns: between the two.
SelfView derive_self(const SelfCost& now, const SelfCost* previous, std::uint64_t interval_ns);

}  // namespace tmpfstrace
