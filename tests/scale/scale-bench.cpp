// SPDX-License-Identifier: Apache-2.0
// What one sample costs the tool's own process at a number of cgroups, superblocks and ledger rows: CPU time by stage.
//
// scale-bench [CGROUPS:SUPERBLOCKS:ROWS…]
// Fails when a sample of up to 10,000 cgroups and 5,000 superblocks takes more than the goal: for a machine that is
// otherwise quiet, as a processor that is shared is slower.
#include <fcntl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "export/field_selection.h"
#include "export/json.h"
#include "heap.h"
#include "host/cgroup_tree.h"
#include "host/memcg_files.h"
#include "host/mount_scanner.h"
#include "host/superblock_usage.h"
#include "line_output.h"
#include "model/analyst.h"
#include "signals.h"
#include "sources/live_start.h"
#include "synthetic_host.h"
#include "synthetic_ledger.h"

using namespace tmpfstrace;
using namespace tmpfstrace::scale;

namespace {

constexpr int kSamples = 15;      // of which the median counts
constexpr int kProcesses = 1000;  // in /proc
constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr double kGoalMs = 50;  // of CPU time, for a sample

std::uint64_t fake_ns = kSecond;
std::uint64_t fake_clock(clockid_t) { return fake_ns; }

struct Scale {
  int cgroups, superblocks, rows;

  bool has_goal() const { return cgroups <= 10'000 && superblocks <= 5000 && rows <= 20'000; }
};

double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

void check(bool fine, const char* what) {
  if (fine) return;
  std::fprintf(stderr, "scale-bench: %s\n", what);
  std::exit(1);
}

// CPU time of each stage, of each sample.
class Stages {
 public:
  void run(const char* name, const std::function<void()>& stage) {
    const double before = cpu_ms();
    stage();
    add(name, cpu_ms() - before);
  }

  void add(const char* name, double ms) {
    if (!times_.contains(name)) order_.emplace_back(name);
    times_[name].push_back(ms);
  }

  double median_of(const char* name) const { return median(times_.at(name)); }

  void print(const Scale& scale, const char* load) const {
    for (const std::string& name : order_)
      std::printf("| %d | %d | %d | %s | %s | %.2f |\n", scale.cgroups, scale.superblocks, scale.rows, load,
                  name.c_str(), median(times_.at(name)));
    std::fflush(stdout);
  }

 private:
  std::vector<std::string> order_;
  std::map<std::string, std::vector<double>> times_;
};

// A reader of a pipe in another process: its time is not ours.
class Reader {
 public:
  Reader() {
    int ends[2];
    check(::pipe2(ends, O_CLOEXEC) == 0, "no pipe");
    child_ = ::fork();
    if (child_ == 0) {
      ::close(ends[1]);
      static char buffer[1 << 16];
      while (::read(ends[0], buffer, sizeof buffer) > 0) {
      }
      ::_exit(0);
    }
    ::close(ends[0]);
    fd_ = ends[1];
  }
  ~Reader() {
    ::close(fd_);
    ::waitpid(child_, nullptr, 0);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  int fd() const { return fd_; }

 private:
  pid_t child_ = -1;
  int fd_ = -1;
};

struct Bench {
  SyntheticHost host;
  std::vector<CgroupId> cgroups;
  SyntheticLedger* ledger = nullptr;  // of the source
  std::unique_ptr<SampleSource> source;
  std::uint32_t next_row = 0;
  int next_mount = 0;
  int oldest_mount = 0;

  explicit Bench(const Scale& scale) {
    auto synthetic = std::make_unique<SyntheticLedger>();
    host.add_processes(kProcesses);
    for (int i = 0; i < scale.cgroups; ++i) cgroups.push_back(host.add_cgroup(i));
    for (; next_mount < scale.superblocks; ++next_mount)
      synthetic->superblocks().push_back({host.mount(next_mount), "tmpfs", false});
    for (int i = 0; i < scale.rows; ++i) add_row(*synthetic);
    ledger = synthetic.get();

    LiveStart start;
    start.paths = host.paths();
    start.hierarchy = host.hierarchy();
    start.facts.release = "0-synthetic";
    start.ledger = std::move(synthetic);
    start.mode = {"exact", "fentry", "synthetic", {}};
    start.clock_ns = fake_clock;
    auto made = make_live_source(LiveOptions{.mode = "exact",
                                             .hooks = "auto",
                                             .max_slots = 0,
                                             .max_inodes = 0,
                                             .max_superblocks = 0,
                                             .event_rate = 10,
                                             .events = true,
                                             .host_root = "/",
                                             .interval = std::chrono::seconds(1),
                                             .stop_requested = [] { return false; }},
                                 std::move(start));
    check(made.has_value(), "the source does not start");
    source = std::move(*made);
  }

  void add_row(SyntheticLedger& to) {
    const auto superblocks = static_cast<std::uint32_t>(to.superblocks().size());
    to.add_slot(cgroups[next_row % cgroups.size()], (next_row + next_row / 7919) % superblocks);
    SyntheticLedger::count_file(to.slots().back().counters);
    if (next_row % 100 == 0) to.slots().back().counters.refusals[TMPFS_OP_WRITE][TMPFS_CAUSE_BLOCKS] = next_row;
    ++next_row;
  }

  // One second's life: a twentieth of the rows count, one row of a hundred is another one, ten mounts are made anew.
  void live() {
    std::vector<tmpfs_slot>& slots = ledger->slots();
    for (std::size_t i = fake_ns / kSecond % 20; i < slots.size(); i += 20)
      SyntheticLedger::count_file(slots[i].counters);
    const std::size_t replaced = slots.size() / 100;
    slots.erase(slots.begin(), slots.begin() + static_cast<std::ptrdiff_t>(replaced));
    for (int i = 0; i < 10; ++i) {
      const auto row = static_cast<std::size_t>(oldest_mount) % ledger->superblocks().size();
      host.unmount(oldest_mount++);
      ledger->superblocks()[row].id = host.mount(next_mount++);
      ledger->superblocks()[row].id.generation = fake_ns;
    }
    for (std::size_t i = 0; i < replaced; ++i) add_row(*ledger);
  }
};

// False: a sample takes longer than it may.
bool measure_samples(Bench& bench, const Scale& scale, const char* load, bool churn, LineOutput& output) {
  Stages stages;
  Analyst analyst;
  std::size_t bytes = 0;
  const auto fields = FieldSelection::of({"superblocks.dev", "superblocks.used_bytes", "verdicts.text"});
  check(fields.has_value(), "no such fields");
  for (int i = 0; i < kSamples; ++i) {
    fake_ns += kSecond;
    if (churn) bench.live();
    Sample sample;
    std::shared_ptr<const Snapshot> snapshot;
    std::string line;
    const double before = cpu_ms();
    stages.run("sample", [&] { sample = std::move(*bench.source->next_sample().value()); });
    stages.run("analyse", [&] { snapshot = analyst.add(std::move(sample)); });
    const double used = cpu_ms() - before;
    stages.run("JSON", [&] { line = sample_to_json(*snapshot); });
    bytes = line.size();
    stages.run("write to a pipe", [&] { check(output.write_line(std::move(line)).has_value(), "cannot write"); });
    const double total = cpu_ms() - before;
    stages.add("sample and analyse", used);
    stages.add("all", total);
    const std::string whole = sample_to_json(*snapshot);
    std::string part;
    stages.run("beside: what --field leaves", [&] { part = fields->reduce(whole); });
    check(part.size() > 100 && part.size() < whole.size() / 2, "the fields are not those that were asked for");
    check(snapshot->superblocks.size() >= static_cast<std::size_t>(scale.superblocks), "superblocks are missing");
    check(snapshot->cgroups.size() >= static_cast<std::size_t>(std::min(scale.cgroups, scale.rows)),
          "cgroups are missing");
  }
  stages.print(scale, load);
  std::printf("| %d | %d | %d | %s | bytes of JSON | %zu |\n", scale.cgroups, scale.superblocks, scale.rows, load,
              bytes);
  const double sample_ms = stages.median_of("sample");
  if (!scale.has_goal() || sample_ms <= kGoalMs) return true;
  std::fflush(stdout);
  std::fprintf(stderr,
               "scale-bench: a sample of %d cgroups and %d superblocks, %s: %.1f ms of CPU time, the goal is %.0f\n",
               scale.cgroups, scale.superblocks, load, sample_ms, kGoalMs);
  return false;
}

// The parts of "sample" that read the host, one by one.
void measure_parts(Bench& bench, const Scale& scale) {
  Stages stages;
  MountScanner scanner(bench.host.paths());
  CgroupTree tree(bench.host.hierarchy().root);
  for (int i = 0; i < kSamples; ++i) {
    std::vector<Superblock> superblocks;
    stages.run("part: mounts", [&] { superblocks = std::move(scanner.scan(fake_ns)->superblocks); });
    stages.run("part: statfs", [&] {
      // Some of the machine's own mounts may be covered.
      check(fill_usage(bench.host.paths(), superblocks) < 10, "no statfs");
    });
    stages.run("part: ledger", [&] { check(bench.ledger->read().has_value(), "no ledger"); });
    stages.run("part: cgroup walk", [&] { check(tree.refresh(fake_ns).has_value(), "no cgroups"); });
    stages.run("part: memory files", [&] {
      for (const CgroupId id : bench.cgroups) {
        Cgroup cgroup;
        cgroup.id = id;
        cgroup.path = tree.lookup(id, fake_ns).path;
        check(read_memcg(bench.host.hierarchy(), cgroup).has_value(), "no memory files");
      }
    });
  }
  stages.print(scale, "quiet");
}

bool measure(const Scale& scale) {
  Bench bench(scale);
  auto signals = Signals::create(Signals::For::lines);
  check(signals.has_value(), "no signals");
  const Reader reader;
  LineOutput output(reader.fd(), *signals);
  const bool quiet = measure_samples(bench, scale, "quiet", false, output);
  const bool churn = measure_samples(bench, scale, "churn", true, output);
  measure_parts(bench, scale);
  return quiet && churn;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<Scale> scales = {{100, 50, 200}, {1000, 500, 2000}, {10'000, 5000, 20'000}};
  if (argc > 1) scales.clear();
  for (int i = 1; i < argc; ++i) {
    Scale scale{};
    check(std::sscanf(argv[i], "%d:%d:%d", &scale.cgroups, &scale.superblocks, &scale.rows) == 3 && scale.rows > 0 &&
              scale.superblocks >= 20,
          "use: scale-bench [CGROUPS:SUPERBLOCKS:ROWS…], 20 superblocks at least");
    scales.push_back(scale);
  }
  if (::geteuid() != 0) {
    std::fprintf(stderr, "scale-bench: making mounts needs root\n");
    return 1;
  }
  keep_freed_memory();
  enter_private_mounts();
  std::printf("| cgroups | superblocks | rows | load | stage | CPU ms |\n|--:|--:|--:|---|---|--:|\n");
  bool fine = true;
  for (const Scale& scale : scales) fine = measure(scale) && fine;
  return fine ? 0 : 1;
}
