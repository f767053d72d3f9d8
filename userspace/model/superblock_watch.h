// SPDX-License-Identifier: Apache-2.0
// What is remembered of one superblock from sample to sample: how its use grew, how files come and go, when it refused.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "model/forecast.h"
#include "model/leftovers.h"
#include "model/outlook.h"
#include "model/snapshot.h"
#include "model/steady_state.h"

namespace tmpfstrace {

class SuperblockWatch {
 public:
  void observe(const SuperblockView& view, std::uint64_t realtime_ns, std::uint64_t monotonic_ns);
  void note_refusal(const RefusalEvent& event);

  // Against what was observed last; before observe(). Absent: no change, or the limits were not asked for now.
  std::optional<LimitChange> limit_change(const Superblock& now) const;

  // Has its use changed since the first time? One at rest costs nothing more than this object.
  bool is_moving() const { return growth_ != nullptr; }

  // When the forecasts were made last, CLOCK_MONOTONIC; and to make them anew.
  std::uint64_t forecast_ns() const { return forecast_ns_; }
  bool has_news() const { return has_news_; }
  void forecast(std::uint64_t monotonic_ns);

  // What is known by now. The forecasts of blocks and inodes are as old as forecast_ns().
  Outlook outlook() const;

  GrowthOfTheHour leftovers;

  std::uint64_t seen_ns = 0;  // CLOCK_MONOTONIC, of the last sample

 private:
  struct Growth {
    LimitForecast blocks, inodes;
    ResidenceMeter files;
  };

  void observe_growth(const SuperblockView& view, std::uint64_t monotonic_ns);

  std::unique_ptr<Growth> growth_;
  std::optional<std::uint64_t> first_used_, first_inodes_;
  std::optional<std::uint64_t> size_, inodes_total_, used_;
  bool has_limits_ = false;  // the two are known, absent or not
  std::optional<std::uint64_t> refused_;
  std::optional<std::uint64_t> first_refused_ns_, last_refused_ns_;
  std::string refused_mount_point_;
  Forecast blocks_, inodes_;
  std::optional<Residence> residence_;
  std::optional<SteadyState> steady_;
  std::uint64_t forecast_ns_ = 0;
  bool has_news_ = false;
};

}  // namespace tmpfstrace
