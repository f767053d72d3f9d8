// SPDX-License-Identifier: Apache-2.0
// What a case works with: the tool, checkpoints against the kernel's books, and expectations.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "cgroup.h"
#include "child.h"
#include "documents.h"
#include "kernel.h"
#include "kernel_log.h"
#include "losses.h"
#include "mount.h"
#include "ops.h"
#include "options.h"
#include "report.h"
#include "sample.h"
#include "tool.h"

namespace guest {

struct Skip : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Lives as long as the program.
struct Environment {
  Options options;
  Kernel kernel;
  CgroupRoot cgroups;
  std::unique_ptr<Cgroup> own;  // the test program's own cgroup; the tool stays outside
  Documents documents;          // of every tool
  std::unique_ptr<Tool> tool;   // started again by the case that ended it
  Drift worst;
  Losses losses;
  KernelLog log;
  std::uint64_t ops = 0;
  std::string mode = "none";  // as the tool last said when it was started
  std::string hooks = "none";

  std::vector<std::string> tool_args(std::vector<std::string> more = {}, const char* interval = "100ms") const;
  void start_tool();
  void stop_tool();  // what it lost until its end counts
};

struct ExpectedEvent {
  Op op = kWrite;
  Cause cause = kBlocks;
  std::string error;  // "null" for a short write, "*" for any
  std::string file;   // "*" for any
  std::string directory;
  std::int64_t tgid = 0;
  std::string comm;
  std::string cgroup_path;  // not compared when empty
};

class Fixture {
 public:
  explicit Fixture(Environment& environment) : env(environment), start_(monotonic_ns()) {}

  Environment& env;

  void expect(bool good, const std::string& what);
  void expect_eq(const std::string& what, std::int64_t expected, std::int64_t seen);
  // What the workload saw is what was counted: bytes, calls, short writes, refusals by operation and cause.
  void expect_tally(const std::string& what, const Tally& expected, const Counters& seen);
  void expect_created(const std::string& what, const Tally& expected, const Counters& seen);
  void expect_event(const Mount& mount, const ExpectedEvent& expected);

  // At rest: waits until the tool and statfs stand still, compares them, and gives the counters of the mount.
  Counters checkpoint(const Mount& mount);
  Sample checkpoint(const std::vector<const Mount*>& mounts, Tool* tool = nullptr);
  // Resident bytes of the cgroup are memory.stat's shmem.
  void check_cgroup(const Cgroup& group);
  Counters internal_counters();
  // What a passed case has proved, for the report.
  void note(const std::string& text) { notes_.push_back(text); }

  const std::string& failures() const { return failures_; }
  const std::vector<std::string>& notes() const { return notes_; }
  std::uint64_t start() const { return start_; }

 private:
  void compare(const Mount& mount, const Usage& usage, const Sample& sample);

  std::uint64_t start_;
  std::string failures_;
  std::vector<std::string> notes_;
};

}  // namespace guest
