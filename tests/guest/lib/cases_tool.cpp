// SPDX-License-Identifier: Apache-2.0
// The tool as a program: what doctor says, what the kernel says of its programs, and what it leaves behind.
#include <linux/bpf.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <set>
#include <sstream>
#include <utility>

#include <nlohmann/json.hpp>

#include "case_table.h"
#include "kernel_objects.h"
#include "run_tool.h"

namespace guest {
namespace {

using Json = nlohmann::json;

void expect_nothing_left(Fixture& f, int signal) {
  Tool tool(f.env.options.tool, f.env.tool_args(), f.env.documents);
  const KernelObjects during = kernel_objects();
  f.expect(during.complete(), "with the tool running there are only " + during.text());
  f.expect(tool.end(signal, std::chrono::seconds(20)).has_value(), "the tool did not end");
  wait_for_no_kernel_objects("after signal " + std::to_string(signal));
}

void ends_leave_nothing(Fixture& f) {
  f.env.stop_tool();
  wait_for_no_kernel_objects("by the tool of the cases before");
  expect_nothing_left(f, SIGKILL);
  expect_nothing_left(f, SIGTERM);
}

void doctor_report(Fixture& f) {
  std::vector<std::string> args{"doctor", "--json"};
  if (f.env.options.hooks != "auto") args.insert(args.end(), {"--hooks", f.env.options.hooks});
  const Output doctor = run_tool(f.env.options.tool, args);
  f.expect_eq("exit code", 0, doctor.code);
  f.expect(doctor.error.empty(), "doctor complained: " + doctor.error);
  f.env.documents.add_lines(doctor.out);
  const Json report = Json::parse(doctor.out);
  f.expect(report.at("schema") == "tmpfstrace/1" && report.at("type") == "doctor", "not a report of doctor");
  f.expect(report.at("mode") == "exact", "mode is " + report.at("mode").dump());
  f.expect(report.at("hooks_kind") == f.env.hooks, "hooks are " + report.at("hooks_kind").dump());
  f.expect(report.at("kernel") == f.env.kernel.release, "kernel is " + report.at("kernel").dump());
  f.expect(report.at("hooks").size() > 10, "only " + std::to_string(report.at("hooks").size()) + " hooks");
  for (const Json& hook : report.at("hooks")) {
    f.expect(hook.at("attached") == true, hook.at("name").dump() + " is not attached: " + hook.at("why_not").dump());
  }
}

// The programs whose descriptors this process holds.
std::set<std::uint32_t> programs_of(pid_t pid) {
  std::set<std::uint32_t> ids;
  const std::string base = "/proc/" + std::to_string(pid) + "/fdinfo/";
  for (int fd = 0; fd < 1024; ++fd) {
    std::istringstream lines(read_text(base + std::to_string(fd)));
    std::string line;
    while (std::getline(lines, line)) {
      if (line.rfind("prog_id:", 0) == 0) {
        ids.insert(static_cast<std::uint32_t>(std::strtoul(line.c_str() + 8, nullptr, 10)));
      }
    }
  }
  return ids;
}

// The sum of a process's programs; nothing where the kernel keeps no such count (before 5.12).
std::optional<std::int64_t> misses_of(pid_t pid) {
  const std::set<std::uint32_t> ids = programs_of(pid);
  if (ids.empty()) throw std::runtime_error("the tool holds no BPF program");
  std::int64_t sum = 0;
  for (const std::uint32_t id : ids) {
    bpf_attr get{};
    get.prog_id = id;
    const Fd fd(static_cast<int>(::syscall(SYS_bpf, BPF_PROG_GET_FD_BY_ID, &get, sizeof get)));
    bpf_prog_info info{};
    bpf_attr ask{};
    ask.info.bpf_fd = static_cast<std::uint32_t>(fd.get());
    ask.info.info_len = sizeof info;
    ask.info.info = reinterpret_cast<std::uintptr_t>(&info);
    const bool told = fd.get() >= 0 && ::syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &ask, sizeof ask) == 0;
    if (!told) throw_errno("BPF_OBJ_GET_INFO_BY_FD");
    if (ask.info.info_len < offsetof(bpf_prog_info, recursion_misses) + sizeof info.recursion_misses) return {};
    sum += static_cast<std::int64_t>(info.recursion_misses);
  }
  return sum;
}

// fentry programs never run within themselves since 5.12, and what that leaves out is counted; 6.7 began to count for
// kprobe programs. No file tells, so the release number has to: the tool looks for it in the kernel's types.
bool kernel_counts_misses(const Fixture& f) {
  int major = 0;
  int minor = 0;
  const std::string& release = f.env.kernel.release;
  if (std::sscanf(release.c_str(), "%d.%d", &major, &minor) != 2) throw std::runtime_error("kernel is " + release);
  return std::pair(major, minor) >= (f.env.hooks == "kprobe" ? std::pair(6, 7) : std::pair(5, 12));
}

// The kernel's own number of runs that it left out, while somebody writes all the time.
void recursion_misses_add_up(Fixture& f) {
  const Mount m("size=4m");
  Child writer(nullptr, "writer", [&] {
    for (;;) {
      Tally t;
      put_file(m.file("file"), pattern(), 100'000, t);
      ::unlink(m.file("file").c_str());
    }
    return 0;
  });
  nap(std::chrono::seconds(3));
  f.expect(!writer.wait(std::chrono::milliseconds(0)), "the writer has died");
  writer.kill();
  const auto before = misses_of(f.env.tool->pid());
  const std::int64_t seen = f.env.tool->sample_after(monotonic_ns()).loss("recursion_misses");
  const auto after = misses_of(f.env.tool->pid());
  const Sample sample = f.env.tool->sample_after(monotonic_ns());
  const bool says_so = std::any_of(sample.blind.begin(), sample.blind.end(), [](const std::string& sentence) {
    return sentence.find("how often the kernel skipped") != std::string::npos;
  });
  const bool counts = kernel_counts_misses(f);
  // Before they are counted, fentry programs are not skipped either: there is nothing to be blind to.
  f.expect_eq("blindness to skipped runs", f.env.hooks == "kprobe" && !counts, says_so);
  if (!counts) return f.expect_eq("recursion_misses that the kernel does not count", -1, seen);
  if (!before || !after) throw std::runtime_error("the kernel does not tell recursion_misses of a program");
  f.expect(*before <= seen && seen <= *after, "recursion_misses expected from " + std::to_string(*before) + " to " +
                                                  std::to_string(*after) + ", seen " + std::to_string(seen));
}

}  // namespace

void add_tool_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"doctor_report", Need::nothing, doctor_report},
                             {"recursion_misses_add_up", Need::nothing, recursion_misses_add_up},
                             {"ends_leave_nothing", Need::nothing, ends_leave_nothing}});
}

}  // namespace guest
