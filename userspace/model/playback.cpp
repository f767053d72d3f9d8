// SPDX-License-Identifier: Apache-2.0
#include "model/playback.h"

namespace tmpfstrace {

bool RecordingOutline::refusals_rose(std::size_t index) const {
  if (index == 0 || index >= samples.size()) return false;
  return samples[index].refused.value_or(0) > samples[index - 1].refused.value_or(0);
}

bool RecordingOutline::is_event(std::size_t index) const {
  if (index == 0 || index >= samples.size()) return false;
  return samples[index].events > 0 || samples[index].limits_changed || refusals_rose(index);
}

std::optional<std::size_t> RecordingOutline::next_event(std::size_t after) const {
  for (std::size_t index = after + 1; index < samples.size(); ++index)
    if (is_event(index)) return index;
  return std::nullopt;
}

std::optional<std::size_t> RecordingOutline::previous_event(std::size_t before) const {
  for (std::size_t index = before; index-- > 0;)
    if (is_event(index)) return index;
  return std::nullopt;
}

std::optional<std::size_t> RecordingOutline::first_refusal() const {
  if (samples.empty()) return std::nullopt;
  const std::uint64_t at_first = samples.front().refused.value_or(0);
  for (std::size_t index = 1; index < samples.size(); ++index)
    if (samples[index].refused.value_or(0) > at_first) return index;
  return std::nullopt;
}

}  // namespace tmpfstrace
