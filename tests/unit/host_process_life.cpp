// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include "host/clock.h"
#include "host/process_life.h"

using namespace tmpfstrace;

TEST_CASE("the state and the start of a process are read from its stat, whatever its name is", "[host]") {
  const std::string rest =
      " S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 777 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36\n";
  CHECK(parse_process_stat("12 (cat)" + rest)->start_ticks == 777);
  CHECK(parse_process_stat("12 (cat)" + rest)->state == 'S');
  CHECK(parse_process_stat("12 (a) Z 1 (b)\n)" + rest)->start_ticks == 777);
  CHECK(parse_process_stat("12 (a) Z 1 (b)\n)" + rest)->state == 'S');
  CHECK_FALSE(parse_process_stat(""));
  CHECK_FALSE(parse_process_stat("12 (cat) S 1 2"));
  CHECK_FALSE(parse_process_stat("12 (cat) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 x"));
  CHECK_FALSE(parse_process_stat("12 cat S 1"));
}

TEST_CASE("a process runs until it has ended, and not before it began", "[host]") {
  const HostPaths paths;
  const auto own = static_cast<std::uint32_t>(getpid());
  CHECK(still_runs(paths, own, read_clock_ns(CLOCK_BOOTTIME)) == true);
  CHECK(still_runs(paths, own, 0) == false);  // then it was another one
  const pid_t child = fork();
  if (child == 0) {
    pause();
    _exit(0);
  }
  const auto id = static_cast<std::uint32_t>(child);
  CHECK(still_runs(paths, id, read_clock_ns(CLOCK_BOOTTIME) + 1'000'000'000) == true);
  kill(child, SIGKILL);
  siginfo_t info{};
  waitid(P_PID, id, &info, WEXITED | WNOWAIT);  // a zombie
  CHECK(still_runs(paths, id, read_clock_ns(CLOCK_BOOTTIME)) == false);
  waitpid(child, nullptr, 0);
  CHECK(still_runs(paths, id, read_clock_ns(CLOCK_BOOTTIME)) == false);
}
