// SPDX-License-Identifier: Apache-2.0
// The live host as a source of samples, and the report on what this host allows.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "model/result.h"
#include "model/sample_source.h"

namespace tmpfstrace {

struct LiveOptions {
  std::string mode;   // "auto", "exact", "syscall", "poll"
  std::string hooks;  // "auto", "fentry", "kprobe"
  std::uint32_t max_slots;
  std::uint32_t max_inodes;
  std::uint32_t max_superblocks;
  std::uint32_t event_rate;  // details a second per (cgroup, superblock, cause); 0: none
  bool events;
  bool surveys = true;     // look at what files lie on superblocks
  std::string pin_path{};  // directory of a BPF file system; empty: what is in the kernel ends with the source
  std::string version{};   // of the tool, for what is pinned
  std::function<void(const std::string&)> notice{};  // told of what the user should know and no error is; may be null
  std::string host_root = "/";                       // where the files of the kubelet and of the runtimes are
  std::chrono::milliseconds interval;
  std::function<bool()> stop_requested;  // asked while what exists is looked up, which takes long: true ends that
};

// An error with code EPERM or EACCES is a missing privilege: its message names the capability.
Result<std::unique_ptr<SampleSource>> open_live_source(const LiveOptions& options);

struct DoctorReport {
  std::string text;
  std::string json;
  int exit_code;  // 0 exact, 10 syscall, 11 poll
};

// The options without a pin path: what is pinned at the other is looked at, and nothing is pinned.
Result<DoctorReport> run_doctor(const LiveOptions& options, const std::string& pin_path);

}  // namespace tmpfstrace
