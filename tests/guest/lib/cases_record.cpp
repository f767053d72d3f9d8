// SPDX-License-Identifier: Apache-2.0
// A recording made in the guest says what the kernel's books and the workload said, also after it was cut.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sstream>

#include "case_table.h"
#include "run_tool.h"

namespace guest {
namespace {

constexpr int kExitDamaged = 4;  // docs/tmpfstrace.8

struct Played {
  std::vector<Sample> samples;
  std::vector<Event> events;
};

Played parse_output(const std::string& text) {
  Played played;
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    if (line.find("\"type\":\"event\"") != std::string::npos)
      played.events.push_back(parse_event(line));
    else
      played.samples.push_back(parse_sample(line));
  }
  return played;
}

// A recording of three samples, the last of which is taken when all refusals are over.
void record_and_replay(Fixture& f) {
  const std::string file = "/run/tt_record.zst";
  const Mount m("size=1m");
  const Counters at_start = f.checkpoint(m);
  Child recorder(nullptr, "recorder", [&] {
    std::vector<std::string> args = f.env.tool_args({"--count", "3"}, "2s");
    args.insert(args.begin(), {f.env.options.tool, "record", file});
    std::vector<char*> argv;
    for (std::string& arg : args) argv.push_back(arg.data());
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    return 127;
  });
  // The header and the first sample are on disk: counting is under way.
  struct stat st {};
  const bool begun = poll_until(std::chrono::seconds(400), [&] { return ::stat(file.c_str(), &st) == 0; });
  f.expect(begun, "the recording was not begun");
  nap(std::chrono::milliseconds(500));
  Tally t;
  put_file(m.file("file"), pattern(), 1 << 20, t);
  const Fd more(create(m.file("more"), t));
  for (int i = 0; i < 5; ++i) put(more.get(), pattern(), 1500, kAtPosition, t);
  f.expect_eq("own refusals", 5, t.refused[kWrite][kBlocks]);
  f.expect_eq("wait status of the recorder", 0, recorder.wait(std::chrono::seconds(60)).value_or(-1));
  const Counters live = f.checkpoint(m) - at_start;  // of another instance, compared with statfs and the workload
  f.expect_tally("live", t, live);

  const Output replay = run_tool(f.env.options.tool, {"json", "--replay", file});
  f.expect_eq("exit code of the replay", 0, replay.code);
  f.expect(replay.error.empty(), "the replay complained: " + replay.error);
  f.env.documents.add_lines(replay.out);
  const Played played = parse_output(replay.out);
  f.expect_eq("samples", 3, static_cast<std::int64_t>(played.samples.size()));
  if (played.samples.empty()) return;
  const Sample& last = played.samples.back();
  f.expect_eq("sequence of the last", 2, static_cast<std::int64_t>(last.sequence));
  f.expect(last.mode == "exact" && last.hooks == f.env.hooks, "the mode is " + last.mode + ", " + last.hooks);
  const SuperblockSample* sb = last.superblock(m.dev());
  f.expect(sb != nullptr, m.path() + " is not in the last sample");
  if (sb == nullptr) return;
  f.expect_tally("replayed", t, sb->counters);
  f.expect_eq("used_bytes", m.usage().bytes, sb->used_bytes.value_or(-1));
  f.expect_eq("inodes_used", m.usage().inodes, sb->inodes_used.value_or(-1));
  f.expect_eq("resident_bytes", m.usage().bytes, sb->counters.resident);
  f.expect_eq("drift_bytes", 0, sb->drift_bytes.value_or(-1));
  std::int64_t events = 0;
  for (const Event& e : played.events) events += e.dev == m.dev() && e.error == "ENOSPC" && e.file == "more" ? 1 : 0;
  f.expect_eq("events", 5, events);
  const Output again = run_tool(f.env.options.tool, {"json", "--replay", file});
  f.expect(again.out == replay.out, "a second replay says something else");

  // Cut in the middle: what is sound is played, and the place of the damage is told.
  if (::stat(file.c_str(), &st) != 0 || ::truncate(file.c_str(), st.st_size / 2) != 0) throw_errno("cut " + file);
  const Output cut = run_tool(f.env.options.tool, {"json", "--replay", file});
  f.expect_eq("exit code of the cut replay", kExitDamaged, cut.code);
  f.expect(cut.error.find(file + ": line ") != std::string::npos && cut.error.find("byte ") != std::string::npos,
           "the place of the damage is not told: " + cut.error);
  f.expect(cut.out.size() < replay.out.size() && replay.out.rfind(cut.out, 0) == 0,
           "what was played of the cut file is not the beginning of the whole");
  ::unlink(file.c_str());
}

}  // namespace

void add_record_cases(std::vector<Case>& cases) {
  cases.push_back({"record_and_replay", Need::nothing, record_and_replay});
}

}  // namespace guest
