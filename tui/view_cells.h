// SPDX-License-Identifier: Apache-2.0
// Cells and rows that more than one table has.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "model/snapshot.h"
#include "tui/format.h"
#include "tui/frame.h"
#include "tui/tracks.h"
#include "tui/view_table.h"

namespace tmpfstrace {

inline TableCell text_cell(std::string text, Role role = Role::Normal) {
  SortValue value = text == absent_text ? SortValue() : SortValue(text);
  return {.text = std::move(text), .value = std::move(value), .role = role};
}

inline TableCell absent_cell() { return {.text = absent_text, .value = {}}; }

template <typename Integer>
TableCell bytes_cell(const std::optional<Integer>& bytes) {
  return {.text = format_bytes(bytes), .value = sort_value(bytes)};
}

inline TableCell count_cell(const std::optional<std::uint64_t>& count) {
  return {.text = format_count(count), .value = sort_value(count)};
}

inline TableCell byte_rate_cell(const std::optional<double>& rate) {
  return {.text = format_byte_rate(rate), .value = sort_value(rate)};
}

inline TableCell rate_cell(const std::optional<double>& rate) {
  return {.text = format_rate(rate), .value = sort_value(rate)};
}

// "+" behind a number: there are at least so many.
inline TableCell at_least_cell(std::uint64_t count, bool is_part) {
  TableCell cell = count_cell(count);
  if (is_part) cell.text += "+";
  return cell;
}

// How near to its limit: the text says it as well.
inline Role fill_role(const std::optional<double>& ratio) {
  if (!ratio || *ratio < 0.9) return Role::Normal;
  return *ratio < 1 ? Role::Warning : Role::Critical;
}

// The last five minutes of what is in use, from their least to their most, nearly flat below `least_range`.
TableCell spark_cell(const Track* track, std::uint64_t now_ns, double least_range,
                     const std::optional<double>& sorted_by);

// ---- rows ------------------------------------------------------------------------------------------------------

// An object as it is, or as it was in the snapshot before when it has gone since.
template <typename Object>
struct Listed {
  const Object* view = nullptr;
  RowKey key;
  bool is_new = false;  // it was not in the snapshot before
  bool gone = false;
};

// key_of(object) -> RowKey. Those that have gone come last.
template <typename Object, typename KeyOf>
std::vector<Listed<Object>> list_objects(const std::vector<Object>& now,
                                         const std::unordered_set<RowKey, RowKeyHash>& fresh,
                                         const std::vector<Object>& gone, KeyOf key_of) {
  std::vector<Listed<Object>> listed;
  listed.reserve(now.size() + gone.size());
  for (const Object& object : now) {
    const RowKey key = key_of(object);
    listed.push_back({&object, key, !fresh.empty() && fresh.contains(key), false});
  }
  for (const Object& object : gone) listed.push_back({&object, key_of(object), false, true});
  return listed;
}

inline const Changes& changes_of(const Frame& frame) {
  static const Changes none;
  return frame.changes == nullptr ? none : *frame.changes;
}

// '!' refused in the last interval, 'x' gone or dead, '+' new.
inline void mark_row(TableRow& row, const std::optional<double>& refused_rate, bool dead, bool is_new) {
  const bool refused = refused_rate.value_or(0) > 0 && !dead;
  row.mark = refused ? '!' : dead ? 'x' : is_new ? '+' : ' ';
  row.role = refused ? Role::Critical : dead ? Role::Dim : is_new ? Role::Good : Role::Normal;
}

// ---- columns ---------------------------------------------------------------------------------------------------

// Of names, which may be long: cut in the middle, and the first to get room.
constexpr Column name_column(std::string_view id, std::string_view title, std::string_view meaning, int width,
                             int max_width, int priority = 0, SortKey sort_key = SortKey::None) {
  return {.id = id,
          .title = title,
          .meaning = meaning,
          .width = width,
          .max_width = max_width,
          .priority = priority,
          .align = Align::Left,
          .descending = false,
          .cut = Cut::Middle,
          .sort_key = sort_key};
}

// Of words of a known length.
constexpr Column word_column(std::string_view id, std::string_view title, std::string_view meaning, int width,
                             int priority = 0) {
  return {.id = id,
          .title = title,
          .meaning = meaning,
          .width = width,
          .priority = priority,
          .align = Align::Left,
          .descending = false};
}

// A column with what it shows of a row of one kind.
template <typename Row>
struct ColumnOf {
  Column column;
  TableCell (*cell)(const Row&) = nullptr;
  // What the cell is sorted by, without its text: where ten thousand rows are mostly sorted by it. Null: the cell's
  // own.
  SortValue (*value)(const Row&) = nullptr;
};

template <typename Row>
void set_columns(Table& table, std::span<const ColumnOf<Row>> columns, std::shared_ptr<const std::vector<Row>> rows) {
  for (const ColumnOf<Row>& column : columns) table.columns.push_back(column.column);
  table.value = [columns, rows](std::size_t index, std::size_t column) {
    const ColumnOf<Row>& of = columns[column];
    return of.value != nullptr ? of.value((*rows)[index]) : of.cell((*rows)[index]).value;
  };
  table.cell = [columns, rows = std::move(rows)](std::size_t index, std::size_t column) {
    return columns[column].cell((*rows)[index]);
  };
}

}  // namespace tmpfstrace
