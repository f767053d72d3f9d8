// SPDX-License-Identifier: Apache-2.0
// One run of the tool that is going to be killed, and all that it printed until then, also to stderr.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "lib/util.h"

namespace guest {

class Run {
 public:
  // argv[0] is the tool.
  explicit Run(const std::vector<std::string>& argv);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  // False when it has ended, or no sample comes in time.
  bool wait_for_sample(std::chrono::milliseconds timeout);
  bool running();
  int status() const { return status_; }  // of wait(2), when it does not run any more
  // SIGKILL, and all whole lines that it printed.
  std::vector<std::string> kill();

 private:
  void read_lines();

  pid_t pid_ = -1;
  bool ended_ = false;
  int status_ = 0;
  Fd output_;
  std::mutex mutex_;
  std::vector<std::string> lines_;
  bool has_sample_ = false;
  std::thread reader_;  // last: it uses everything above
};

}  // namespace guest
