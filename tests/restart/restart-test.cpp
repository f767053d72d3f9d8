// SPDX-License-Identifier: Apache-2.0
// The tool is killed and started again and again, with --pin, while a workload runs that counts for itself what it is
// refused. Then the kernel's books, the workload's and the tool's are compared.
#include <dirent.h>
#include <signal.h>

#include <cstdio>
#include <cstring>
#include <exception>
#include <random>

#include "churn.h"
#include "lib/kernel_objects.h"
#include "lib/run_tool.h"
#include "lib/stress.h"
#include "lib/stress_books.h"
#include "progress.h"
#include "run.h"
#include "settings.h"
#include "steady.h"

namespace {

using namespace guest;

constexpr const char* kPinPath = "/sys/fs/bpf/tmpfstrace";
constexpr int kIdleMounts = 45;  // so that half of the rows are taken, and what has ended is folded at once
constexpr int kPauseMs = 40;     // of each worker after each operation

std::vector<std::string> names_in(const std::string& path) {
  std::vector<std::string> names;
  DIR* directory = ::opendir(path.c_str());
  if (directory == nullptr) return names;
  while (const dirent* entry = ::readdir(directory))
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  ::closedir(directory);
  return names;
}

bool is_pinned(const char* name) { return ::access((std::string(kPinPath) + "/" + name).c_str(), F_OK) == 0; }

class RestartTest {
 public:
  explicit RestartTest(Settings settings) : settings_(std::move(settings)), random_(settings_.seed) {
    env_.options.tool = settings_.tool;
    env_.options.hooks = settings_.hooks;
    env_.options.more = {"--mode", settings_.mode, "--max-superblocks", "100", "--pin"};
    env_.options.seed = settings_.seed;
    env_.cgroups = find_cgroup_root("");
    env_.kernel = probe_kernel();
  }

  void run() {
    for (int i = 0; i < kIdleMounts; ++i) idle_.push_back(std::make_unique<Mount>("size=64k"));
    kill_starts();
    env_.start_tool();
    settings_.mode == "syscall" ? restart_under<SteadyLoad>() : restart_under<StressLoad>();
    relayout();
    unpin();
  }

  Fixture& fixture() { return fixture_; }
  std::string closing_line() const {
    return "RESTART kernel=" + env_.kernel.release + " mode=" + env_.mode + " hooks=" + env_.hooks +
           " kills=" + std::to_string(kills_) + " before_a_sample=" + std::to_string(early_kills_) +
           " samples=" + std::to_string(progress_.samples()) + " rows_gone=" + std::to_string(progress_.rows_gone()) +
           " refused=" + std::to_string(refused_) + " seed=" + std::to_string(settings_.seed);
  }

 private:
  // Mode exact: everything that a tmpfs can do.
  struct StressLoad {
    explicit StressLoad(RestartTest& test) : test_(test), stress(test.env_, test.settings_.seed) {
      stress.slow_down(kPauseMs);
      before = take_moment(test_.fixture_, stress);
    }
    void begin() { stress.run_freely(); }
    bool stop() { return stress.pause(); }
    void compare() {
      compare_moments(test_.fixture_, "at the end", before, take_moment(test_.fixture_, stress), Links::compared);
    }
    Tally tally() const {
      Tally sum;
      for (int group = 0; group < kStressCgroups; ++group)
        for (const Tally& place : stress.tallies(group)) sum += place;
      return sum;
    }
    RestartTest& test_;
    Stress stress;
    StressMoment before;
  };

  // Mode syscall: what it counts.
  struct SteadyLoad {
    explicit SteadyLoad(RestartTest& test) : test_(test) {}
    void begin() { steady.emplace(test_.env_); }
    bool stop() { return steady->stop(); }
    void compare() {
      const Sample sample = test_.env_.tool->sample_after(monotonic_ns());
      for (int i = 0; i < Steady::kWorkers; ++i) {
        const Counters seen = sample.ledger_row(steady->cgroup(i).id(), steady->mount(i).dev());
        test_.fixture_.expect_tally("steady " + std::to_string(i), steady->tally_of(i), seen);
      }
    }
    Tally tally() const { return steady->tally(); }
    RestartTest& test_;
    std::optional<Steady> steady;
  };

  int below(int limit) { return limit <= 0 ? 0 : static_cast<int>(random_() % static_cast<unsigned>(limit)); }

  std::vector<std::string> argv(const std::string& command) const {
    std::vector<std::string> words{env_.options.tool};
    std::size_t start = 0;
    for (std::size_t end = 0; start < command.size(); start = end + 1) {
      end = std::min(command.find(' ', start), command.size());
      words.push_back(command.substr(start, end - start));
    }
    for (const std::string& word : env_.tool_args({}, "200ms")) words.push_back(word);
    return words;
  }

  // A start that is killed leaves nothing that the next one takes for finished.
  void kill_starts() {
    int in_the_middle = 0;
    for (int i = 0; i < settings_.starts; ++i) {
      const std::size_t wanted = static_cast<std::size_t>(1 + i * 12);  // of so many pins
      Run run(argv("json"));
      poll_until(std::chrono::seconds(120), [&] { return names_in(kPinPath).size() >= wanted || !run.running(); });
      run.kill();
      const std::size_t left = names_in(kPinPath).size();
      const bool finished = is_pinned("note");
      in_the_middle += left > 0 && !finished;
      const Output next = run_tool(settings_.tool, json_once());
      fixture_.expect_eq("exit code after a killed start", 0, next.code);
      fixture_.expect(
          (next.error.find("was not finished") != std::string::npos) == (left > 0 && !finished),
          std::to_string(left) + " pins were left of a killed start, and the next one said '" + next.error + "'");
      fixture_.expect(is_pinned("note"), "the start after a killed one has pinned nothing");
      unpin();
    }
    fixture_.note(std::to_string(in_the_middle) + " of " + std::to_string(settings_.starts) +
                  " starts killed while pinning");
    fixture_.expect(settings_.starts == 0 || in_the_middle > 0, "no start was killed while it pinned");
  }

  std::vector<std::string> json_once() const {
    std::vector<std::string> words{"json", "--once"};
    for (const std::string& word : env_.tool_args()) words.push_back(word);
    return words;
  }

  template <typename Load>
  void restart_under() {
    Load load(*this);
    const Sample base = env_.tool->sample_after(monotonic_ns());
    progress_.add(base);
    env_.stop_tool();
    load.begin();
    Churn churn(env_, settings_.mode != "syscall");
    for (; kills_ < settings_.kills && fixture_.failures().empty(); ++kills_) {
      if (kills_ == settings_.kills / 2) upgrade();
      if (kill_one()) churn.go_on();
    }
    fixture_.expect(churn.stop(), "the churn does not come to rest");
    fixture_.expect(load.stop(), "the load does not come to rest");

    // All that happened until now, most of it while no tool ran or one was being killed.
    env_.start_tool();
    load.compare();
    const Sample last = env_.tool->sample_after(monotonic_ns());
    progress_.add(last);
    Tally expected = load.tally();
    expected += churn.tally();
    const Counters before = sum_of(base), now = sum_of(last);
    fixture_.expect_tally("all rows", expected, now - before);
    for (const auto& causes : expected.refused)
      for (const std::int64_t count : causes) refused_ += count;
    fixture_.expect(refused_ > settings_.kills, "only " + std::to_string(refused_) + " calls were refused");
    fixture_.expect(progress_.problems().empty(), progress_.problems());
    fixture_.expect(churn.rounds() < 20 || progress_.rows_gone() > 0, "nothing that ended was folded");
    for (const char* loss : {"slots_full", "superblocks_full", "records_lost", "unresolved_path_refusals",
                             "unresolved_faults", "inodes_full", "recursion_misses"})
      fixture_.expect(last.loss(loss) <= 0, std::string(loss) + " is " + std::to_string(last.loss(loss)));
    fixture_.note(std::to_string(churn.rounds()) + " cgroups and superblocks came and went");
    env_.stop_tool();
  }

  // The programs of the version before go on, and that is said.
  void upgrade() {
    if (settings_.upgrade.empty()) return;
    env_.options.tool = settings_.upgrade;
    Run first(argv("json --once"));
    poll_until(std::chrono::seconds(120), [&] { return !first.running(); });
    std::string said;
    for (const std::string& line : first.kill())
      if (line.starts_with("tmpfstrace: ")) said += line;
    const bool others = said.find(" go on counting; ") != std::string::npos;
    fixture_.expect(settings_.programs == "any" || others == (settings_.programs == "other"),
                    "after an upgrade with " + settings_.programs + " programs the tool says '" + said + "'");
    fixture_.expect(said.find("anew") == std::string::npos, "after an upgrade the tool says '" + said + "'");
    fixture_.note(std::string("upgraded ") + (others ? "from other programs" : "with the same programs"));
  }

  // Counts that cannot be read are not gone on with: it says so, and is right from there.
  void relayout() {
    if (settings_.relayout.empty()) return;
    for (const std::string& tool : {settings_.relayout, env_.options.tool}) {
      const Output first = run_tool(tool, json_once());
      fixture_.expect_eq("exit code with another layout", 0, first.code);
      for (const char* words : {"layout", "counting starts anew"})
        fixture_.expect(first.error.find(words) != std::string::npos,
                        "with another layout the tool says: " + first.error);
      const Sample sample = parse_sample(first.out);
      fixture_.expect(sum_of(sample).refusals == Refusals{}, "counts of before the new start are there");
      for (const auto& mount : idle_) {
        const SuperblockSample* sb = sample.superblock(mount->dev());
        fixture_.expect(sb != nullptr && sb->drift_bytes == 0 && sb->drift_inodes == 0, mount->path() + " drifts");
      }
    }
  }

  // True when it has printed a sample, and has then folded what ended.
  bool kill_one() {
    Run run(argv(settings_.command));
    // Every other one has no sample yet, if it is one that prints some.
    const bool early = kills_ % 2 == 1 && first_sample_ms_ > 0;
    if (early) {
      nap(std::chrono::milliseconds(below(first_sample_ms_)));
    } else {
      const std::uint64_t start = monotonic_ns();
      fixture_.expect(!settings_.prints || run.wait_for_sample(std::chrono::seconds(120)),
                      "a restarted tool prints no sample");
      first_sample_ms_ = static_cast<int>((monotonic_ns() - start) / 1'000'000);
      nap(std::chrono::milliseconds(below(400)));
    }
    fixture_.expect(run.running(), "a restarted tool has ended by itself, wait status " + std::to_string(run.status()));
    bool has_sample = false;
    int told_of_tables = 0;
    for (const std::string& line : run.kill()) {
      // Nothing is to be said of going on with the same programs.
      const bool of_others = !settings_.upgrade.empty() && line.find(" go on counting; ") != std::string::npos;
      const bool of_agent = line.starts_with("tmpfstrace: capabilities left: ");
      const bool of_tables =
          line.starts_with("tmpfstrace: counting goes on in the pinned tables, which have --max-slots");
      told_of_tables += of_tables;
      fixture_.expect(!line.starts_with("tmpfstrace: ") || of_others || of_agent || of_tables,
                      "a restarted tool says '" + line + "'");
      if (line.find("\"type\":\"sample\"") == std::string::npos) continue;
      progress_.add(parse_sample(line));
      has_sample = true;
    }
    if (has_sample)
      fixture_.expect_eq("how often it says that the tables are not its own", settings_.other_tables ? 1 : 0,
                         told_of_tables);
    else
      ++early_kills_;
    std::printf("%d: first sample after %d ms, %s\n", kills_, first_sample_ms_, has_sample ? "seen" : "killed before");
    std::fflush(stdout);
    return has_sample;
  }

  void unpin() {
    fixture_.expect(kernel_objects().complete(), "with pins, and no tool, there are only " + kernel_objects().text());
    const Output output = run_tool(settings_.tool, {"unpin"});
    fixture_.expect_eq("exit code of unpin", 0, output.code);
    fixture_.expect(output.out.starts_with("removed "), "unpin says: " + output.out + output.error);
    wait_for_no_kernel_objects("after unpin", std::chrono::seconds(120));
    for (const std::string& name : names_in("/sys/fs/bpf"))
      fixture_.expect(name.ends_with(".debug"), name + " is left in the BPF file system");  // those are the kernel's
    fixture_.expect_eq("exit code of unpin where nothing is", 0, run_tool(settings_.tool, {"unpin"}).code);
  }

  Settings settings_;
  std::minstd_rand random_;
  Environment env_;
  Fixture fixture_{env_};
  Progress progress_;
  std::vector<std::unique_ptr<Mount>> idle_;
  int kills_ = 0;
  int early_kills_ = 0;
  int first_sample_ms_ = 0;
  std::int64_t refused_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  try {
    catch_sigbus();
    pattern();
    RestartTest test(parse_settings(argc, argv));
    try {
      test.run();
    } catch (const std::exception& error) {
      test.fixture().expect(false, error.what());
    }
    for (const std::string& note : test.fixture().notes()) std::printf("NOTE %s\n", note.c_str());
    std::printf("%s\n", test.closing_line().c_str());
    const std::string& failures = test.fixture().failures();
    std::printf(failures.empty() ? "PASS restart\n" : "FAIL restart: %s\n", failures.c_str());
    return failures.empty() ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "restart-test: %s\n", error.what());
    return 1;
  }
}
