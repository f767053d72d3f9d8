// SPDX-License-Identifier: Apache-2.0
// Black-box test of the tool on the running kernel: what it counts against what the kernel says. Runs as root.
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>

#include <cstdio>
#include <cstring>
#include <exception>

#include "lib/case_table.h"

namespace {

using namespace guest;

// A tool that died in a case has failed it, whatever else was seen; so has one that lost what it may not lose there,
// and a kernel that complained.
void check_afterwards(const std::string& name, Environment& env, Fixture& fixture) {
  try {
    if (env.tool && env.tool->running()) {
      env.losses.add(env.tool->sample_after(monotonic_ns()).losses);
    } else if (env.tool) {
      fixture.expect(false, "the tool has ended");
    }
    const std::string lost = env.losses.unexpected(name);
    fixture.expect(lost.empty(), "the tool lost" + lost);
    const std::string complaints = env.log.complaints();
    fixture.expect(complaints.empty(), "kernel log: " + complaints);
  } catch (const std::exception& error) {
    fixture.expect(false, error.what());
  }
}

void run_case(const Case& test, Environment& env, Report& report) {
  if (env.options.without.count(test.name) != 0) return report.skip(test.name, "left out here (--without)");
  const std::string reason = missing(test.need, env);
  if (!reason.empty()) return report.skip(test.name, reason);
  Fixture fixture(env);
  std::string skip;
  try {
    if (!env.tool || !env.tool->running()) env.start_tool();
    test.run(fixture);
  } catch (const Skip& why) {
    skip = why.what();
  } catch (const std::exception& error) {
    fixture.expect(false, error.what());
  }
  check_afterwards(test.name, env, fixture);
  for (const std::string& note : fixture.notes()) report.line("NOTE " + std::string(test.name) + ": " + note);
  if (!fixture.failures().empty()) return report.fail(test.name, fixture.failures());
  if (!skip.empty()) return report.skip(test.name, skip);
  report.pass(test.name);
}

// The start and the end belong to no case.
void check_between(const std::string& name, Environment& env, Report& report) {
  Fixture fixture(env);
  check_afterwards(name, env, fixture);
  if (!fixture.failures().empty()) report.fail(name, fixture.failures());
}

std::string closing_line(const Environment& env, const Report& report) {
  return "GUEST kernel=" + env.kernel.release + " preempt=" + env.kernel.preempt + " mode=" + env.mode +
         " hooks=" + env.hooks + " cgroup=" + (env.cgroups.v2 ? "v2" : "v1") + " " + report.counts() +
         " drift_pages=" + std::to_string(env.worst.pages) + " drift_inodes=" + std::to_string(env.worst.inodes) +
         " ops=" + std::to_string(env.ops) + " seed=" + std::to_string(env.options.seed) +
         " documents=" + std::to_string(env.documents.count());
}

int run(const Options& options) {
  Report report(options.result);
  Environment env;
  env.options = options;
  env.cgroups = find_cgroup_root(options.cgroup);
  env.kernel = probe_kernel();
  catch_sigbus();
  pattern();
  std::printf("seed %llu\n", static_cast<unsigned long long>(options.seed));
  try {
    env.start_tool();
    env.own = std::make_unique<Cgroup>(env.cgroups, "tt_main");
    env.own->join();
    check_between("start", env, report);
    for (const Case& test : all_cases()) {
      if (std::strstr(test.name, options.only.c_str()) != nullptr) run_case(test, env, report);
    }
  } catch (const std::exception& error) {
    report.fail("start", error.what());
  }
  // What the last tool lost until its end counts as well.
  env.stop_tool();
  check_between("end", env, report);
  report.line("LOSSES" + env.losses.text());
  if (!options.documents.empty()) env.documents.write(options.documents);
  report.line(closing_line(env, report));
  write_text(env.cgroups.path + "/cgroup.procs", "0");
  return report.good() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse_options(argc, argv);
  if (options.list) {
    for (const Case& test : all_cases()) std::puts(test.name);
    return 0;
  }
  ::prctl(PR_SET_NAME, "guest-test");
  try {
    return run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "guest-test: %s\n", error.what());
    return 1;
  }
}
