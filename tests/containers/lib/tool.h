// SPDX-License-Identifier: Apache-2.0
// tmpfstrace as it would run on a node: json with a configuration and the default interval.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lines.h"

namespace containers {

// One finding of a sample, or an alert.
struct Said {
  std::uint64_t arrived_ns = 0;  // CLOCK_MONOTONIC
  std::string text;              // the sentence
  nlohmann::json verdict;        // of a sample
};

class Tool {
 public:
  explicit Tool(const std::string& config);
  ~Tool();
  Tool(const Tool&) = delete;
  Tool& operator=(const Tool&) = delete;

  std::size_t lines() { return output_.count(); }
  bool wait_for_samples(int number, std::chrono::seconds patience);
  // The first verdict on that device that is accepted, of lines from number `from` on.
  std::optional<Said> wait_for_verdict(const std::string& device, std::size_t from, std::chrono::seconds patience,
                                       const std::function<bool(const nlohmann::json&)>& accept);
  std::optional<Document> wait_for(std::size_t from, std::chrono::seconds patience,
                                   const std::function<bool(const nlohmann::json&)>& accept);
  // All samples from line number `from` on that have arrived.
  std::vector<Document> samples_from(std::size_t from);

 private:
  Lines output_;
  pid_t pid_ = -1;
};

// Of a sample; null when it has none.
nlohmann::json superblock_of(const nlohmann::json& sample, const std::string& device);

}  // namespace containers
