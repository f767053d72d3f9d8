// SPDX-License-Identifier: Apache-2.0
// The incident: a pod keeps each session as a file of 1,500 bytes on the 64 MiB of /dev/shm that its sandbox was given,
// 18 a minute, for 15 hours; then it is full.
#pragma once

#include <memory>

#include "alertmanager.h"
#include "pod.h"
#include "report.h"
#include "tool.h"

namespace containers {

class Incident {
 public:
  // All sessions but the last few are stored when this returns.
  Incident();

  // From the first refused write, told by the container itself, to the sentence that has all of it.
  void is_told(Tool& tool, Report& report);
  // In the Alertmanager, and from there at who it notifies.
  void is_firing(Alertmanager& alertmanager, Report& report);
  // After the sessions were removed.
  void is_over(Alertmanager& alertmanager, Report& report);

 private:
  std::vector<std::string> missing_in(const nlohmann::json& verdict) const;
  bool is_our_alert(const nlohmann::json& labels) const;
  void remove_sessions();

  Pod pod_;
  std::unique_ptr<Container> proxy_;
  std::uint64_t first_refused_ns_ = 0;
  std::uint64_t cleaned_ns_ = 0;
};

}  // namespace containers
