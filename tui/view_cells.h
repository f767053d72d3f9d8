// SPDX-License-Identifier: Apache-2.0
// Cells that more than one table has.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "model/snapshot.h"
#include "tui/format.h"
#include "tui/view_table.h"

namespace tmpfstrace {

inline TableCell text_cell(std::string text, Role role = Role::Normal) {
  SortValue value = text == absent_text ? SortValue() : SortValue(text);
  return {.text = std::move(text), .value = std::move(value), .role = role, .bar = {}};
}

template <typename Integer>
TableCell bytes_cell(const std::optional<Integer>& bytes) {
  return {.text = format_bytes(bytes), .value = sort_value(bytes), .role = Role::Normal, .bar = {}};
}

inline TableCell count_cell(const std::optional<std::uint64_t>& count) {
  return {.text = format_count(count), .value = sort_value(count), .role = Role::Normal, .bar = {}};
}

inline TableCell byte_rate_cell(const std::optional<double>& rate) {
  return {.text = format_byte_rate(rate), .value = sort_value(rate), .role = Role::Normal, .bar = {}};
}

inline TableCell rate_cell(const std::optional<double>& rate) {
  return {.text = format_rate(rate), .value = sort_value(rate), .role = Role::Normal, .bar = {}};
}

// How near to its limit: the text says it as well.
inline Role fill_role(const std::optional<double>& ratio) {
  if (!ratio || *ratio < 0.9) return Role::Normal;
  return *ratio < 1 ? Role::Warning : Role::Critical;
}

// Marks a row that was refused in the last interval, and one whose object is gone.
inline void mark_row(TableRow& row, const Tally& tally, bool dead) {
  const bool refused = tally.rates.refused.value_or(0) > 0;
  row.mark = refused ? '!' : dead ? 'x' : ' ';
  row.role = refused ? Role::Critical : dead ? Role::Dim : Role::Normal;
}

}  // namespace tmpfstrace
