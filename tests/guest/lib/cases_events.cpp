// SPDX-License-Identifier: Apache-2.0
// Details of refusals: each field against what the refused thread knows, and none lost without being counted.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "case_table.h"
#include "full_mount.h"

namespace guest {
namespace {

std::int64_t count_cause(const std::vector<Event>& events, Cause cause) {
  return std::count_if(events.begin(), events.end(), [&](const Event& e) { return e.cause == kCauseNames[cause]; });
}

struct RefusedWrite {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::int64_t asked = 0;
  std::int64_t done = 0;
  const char* error = "null";
  std::int64_t inode = 0;
  const char* file = "";
};

RefusedWrite refuse(const char* file, int fd, std::int64_t asked) {
  RefusedWrite write{.begin = monotonic_ns(), .asked = asked, .file = file};
  const ssize_t done = ::write(fd, pattern(), static_cast<std::size_t>(asked));
  write.error = done >= 0 ? "null" : errno == ENOSPC ? "ENOSPC" : "another";
  write.end = monotonic_ns();
  write.done = std::max<ssize_t>(done, 0);
  struct stat st {};
  ::fstat(fd, &st);
  write.inode = static_cast<std::int64_t>(st.st_ino);
  return write;
}

bool is_symbolised(const std::string& frame) {
  // The C library is static in this program: its functions and ours have the same module.
  const bool named = !frame.empty() && frame.rfind("0x", 0) != 0 && frame.find('+') != std::string::npos;
  return named && (frame.find("write") != std::string::npos || frame.find("(guest-test)") != std::string::npos);
}

// One event for each refusal, and every field of it.
void event_fields(Fixture& f) {
  const FullMount full(f, 1);
  Tally t;
  const Fd log(create(full.spool + "/log", t));
  const Fd other(create(full.spool + "/other", t));
  std::vector<RefusedWrite> refused;
  std::int64_t tid = 0;
  std::thread writer([&] {
    tid = ::gettid();
    refused.push_back(refuse("log", log.get(), 3 * kPage));
    refused.push_back(refuse("log", log.get(), 1500));
    refused.push_back(refuse("other", other.get(), 1));
    refused.push_back(refuse("other", other.get(), 100'000));
    refused.push_back(refuse("log", log.get(), 7 * kPage + 5));
  });
  writer.join();
  f.expect_eq("bytes of the short write", kPage, refused[0].done);
  f.expect_eq("refusals counted", static_cast<std::int64_t>(refused.size()), full.counted(f).refused);
  const std::vector<Event> events = full.events(f);
  f.expect_eq("events", static_cast<std::int64_t>(refused.size()), static_cast<std::int64_t>(events.size()));
  for (std::size_t i = 0; i < std::min(events.size(), refused.size()); ++i) {
    const Event& e = events[i];
    const RefusedWrite& w = refused[i];
    const std::string name = "event " + std::to_string(i) + " ";
    f.expect(e.monotonic_ns >= w.begin && e.monotonic_ns <= w.end, name + "lies outside of its write");
    f.expect_eq(name + "bytes_asked", w.asked, e.bytes_asked);
    f.expect_eq(name + "bytes_done", w.done, e.bytes_done);
    f.expect_eq(name + "inode", w.inode, e.inode);
    f.expect_eq(name + "tid", tid, e.tid);
    f.expect_eq(name + "tgid", ::getpid(), e.tgid);
    f.expect_eq(name + "cgroup", static_cast<std::int64_t>(f.env.own->id()), static_cast<std::int64_t>(e.cgroup));
    f.expect(e.generation == full.generation, name + "generation is another superblock's");
    f.expect(e.error == w.error, name + "errno expected " + w.error + ", seen " + e.error);
    f.expect(e.file == w.file, name + "file expected " + w.file + ", seen " + e.file);
    f.expect(e.mount_point == full.mount.path(), name + "mount_point is " + e.mount_point);
    f.expect(e.operation == "write" && e.cause == "blocks", name + "is of " + e.operation + "/" + e.cause);
    f.expect(!e.stack.empty(), name + "has no stack");
  }
}

// The symbols of a process are read when it is first refused something; until then its stacks are addresses.
void stack_has_names(Fixture& f) {
  const FullMount full(f);
  Tally t;
  const Fd log(create(full.spool + "/log", t));
  std::string frame = "missing";
  const bool named = poll_until(std::chrono::seconds(60), [&] {
    put(log.get(), pattern(), 100, 0, t);
    const std::vector<Event> events = full.events(f);
    if (!events.empty() && !events.back().stack.empty()) frame = events.back().stack.front();
    return is_symbolised(frame);
  });
  f.expect(named, "the innermost frame of a refused write is " + frame);
}

// Two causes on one superblock: the limit on details is of each, and what it held back is counted for each.
void held_events_add_up(Fixture& f) {
  const FullMount full(f, 0, ",nr_inodes=4");
  Tally t;
  const Fd log(create(full.spool + "/log", t));
  for (int i = 0; i < 1000; ++i) {
    put(log.get(), pattern(), 100, 0, t);
    f.expect(create(full.spool + "/none", t) < 0, "a file beyond nr_inodes");
  }
  f.expect_eq("own refused writes", 1000, t.refused[kWrite][kBlocks]);
  f.expect_eq("own refused creates", 1000, t.refused[kCreate][kInodes]);
  const Counters d = full.counted(f);
  f.expect_tally("held", t, d);
  const std::vector<Event> events = full.events(f);
  for (const Cause cause : {kBlocks, kInodes}) {
    const std::int64_t seen = count_cause(events, cause);
    f.expect(seen >= 10 && d.held[cause] > 0, std::string(kCauseNames[cause]) + ": " + std::to_string(seen) +
                                                  " events and " + std::to_string(d.held[cause]) + " held back");
    f.expect_eq(std::string(kCauseNames[cause]) + " events and those held back", 1000, seen + d.held[cause]);
  }
  for (const Cause cause : {kQuota, kMemcg, kMemory}) f.expect_eq("held of another cause", 0, d.held[cause]);
}

// Nobody reads the ring: details are lost and counted, counts are exact.
void ring_overflow(Fixture& f) {
  constexpr std::int64_t kRefusals = 3000;
  Tool loud(f.env.options.tool, f.env.tool_args({"--event-rate", "1000000"}), f.env.documents);
  const FullMount full(f, 0, "", &loud);
  Tally t;
  const Fd log(create(full.spool + "/log", t));
  const std::int64_t lost_before = loud.sample_after(monotonic_ns()).loss("ring_full");
  f.expect_eq("ring_full before", 0, lost_before);
  ::kill(loud.pid(), SIGSTOP);
  for (int i = 0; i < kRefusals; ++i) put(log.get(), pattern(), 100, 0, t);
  ::kill(loud.pid(), SIGCONT);
  f.expect_eq("own refusals", kRefusals, t.refused[kWrite][kBlocks]);
  const Counters d = full.counted(f);
  f.expect_tally("overflow", t, d);
  const auto events = static_cast<std::int64_t>(full.events(f).size());
  const std::int64_t lost = loud.sample_after(monotonic_ns()).loss("ring_full");
  f.expect(events > 0 && lost > 0, std::to_string(events) + " events, ring_full " + std::to_string(lost));
  f.expect_eq("events held back below the rate", 0, d.held[kBlocks]);
  f.expect_eq("events and ring_full", kRefusals, events + lost);
}

// One cgroup's flood silences nobody else.
void second_cgroup_is_heard(Fixture& f) {
  const FullMount full(f);
  const Cgroup noisy(f.env.cgroups, "tt_noisy");
  const Cgroup quiet(f.env.cgroups, "tt_quiet");
  const Shared<std::atomic<int>> flooding;
  Tally t;
  const Fd log(create(full.spool + "/log", t));
  Child flood(&noisy, "noisy", [&] {
    for (;;) {
      Tally own;
      for (int i = 0; i < 500; ++i) put(log.get(), pattern(), 100, 0, own);
      *flooding = 1;
    }
    return 0;
  });
  f.expect(poll_until(std::chrono::seconds(20), [&] { return *flooding == 1; }), "the flood did not begin");
  run_child(&quiet, "quiet", [&] {
    Tally own;
    put(log.get(), pattern(), 100, 0, own);
    return own.refused[kWrite][kBlocks] == 1 ? 0 : 1;
  });
  f.expect(!flood.wait(std::chrono::milliseconds(0)), "the flood has ended");
  flood.kill();
  full.counted(f);
  std::int64_t heard = 0;
  for (const Event& e : full.events(f)) heard += e.cgroup_path == quiet.path() && e.comm == "quiet" ? 1 : 0;
  f.expect_eq("events of the second cgroup", 1, heard);
  const Sample sample = f.env.tool->sample_after(monotonic_ns());
  f.expect(sample.ledger_row(noisy.id(), full.mount.dev()).held[kBlocks] > 0, "the first cgroup was not held back");
  f.expect_eq("held back of the second", 0, sample.ledger_row(quiet.id(), full.mount.dev()).held[kBlocks]);
  f.expect_eq("refusals of the second", 1, sample.ledger_row(quiet.id(), full.mount.dev()).refused);
}

}  // namespace

void add_event_cases(std::vector<Case>& cases) {
  cases.insert(cases.end(), {{"event_fields", Need::nothing, event_fields},
                             {"event_stack_has_names", Need::nothing, stack_has_names},
                             {"event_held_back_adds_up", Need::nothing, held_events_add_up},
                             {"event_ring_overflow", Need::nothing, ring_overflow},
                             {"event_of_second_cgroup", Need::nothing, second_cgroup_is_heard}});
}

}  // namespace guest
