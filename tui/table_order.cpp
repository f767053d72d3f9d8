// SPDX-License-Identifier: Apache-2.0
// Which rows a table shows, and in which order.
#include <algorithm>
#include <utility>

#include "tui/view_table.h"

namespace tmpfstrace {
namespace {

// Compares rows by their values, which are asked for once a row.
class Order {
 public:
  Order(const Table& table, const TableState& state) {
    if (table.columns.empty()) return;
    descending_ = is_descending(table, state);
    const std::size_t column = sort_column_of(table, state);
    values_.reserve(table.rows.size());
    for (const TableRow& row : table.rows)
      values_.push_back(value_of(table.value ? table.value(row.index, column) : table.cell(row.index, column).value));
  }

  // Of two places in table.rows.
  bool operator()(const Table& table, std::size_t a, std::size_t b) const {
    const Value& left = values_[a];
    const Value& right = values_[b];
    if (left.known != right.known) return left.known;
    if (left.number != right.number) return (left.number < right.number) != descending_;
    if (const int order = left.text.compare(right.text); order != 0) return (order < 0) != descending_;
    return table.rows[a].key < table.rows[b].key;
  }

 private:
  // A column holds numbers or texts, never both. Above 2^53 two numbers may count as one: then the keys decide.
  struct Value {
    bool known = false;
    double number = 0;
    std::string text;
  };

  static Value value_of(SortValue&& value) {
    if (auto* text = std::get_if<std::string>(&value)) return {true, 0, std::move(*text)};
    if (const auto* number = std::get_if<std::uint64_t>(&value)) return {true, static_cast<double>(*number), {}};
    if (const auto* number = std::get_if<std::int64_t>(&value)) return {true, static_cast<double>(*number), {}};
    if (const auto* number = std::get_if<double>(&value)) return {true, *number, {}};
    return {};
  }

  bool descending_ = false;
  std::vector<Value> values_;
};

// Depth first: each row, and below it what lies in it.
class Tree {
 public:
  Tree(Table& table, const TableState& state, const Order& order, std::vector<bool> wanted)
      : table_(table), state_(state), order_(order), wanted_(std::move(wanted)), children_(table.rows.size()) {
    constexpr std::size_t nowhere = ~std::size_t{0};
    std::vector<std::size_t> place_of;  // by index
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
      if (table.rows[i].index >= place_of.size()) place_of.resize(table.rows[i].index + 1, nowhere);
      place_of[table.rows[i].index] = i;
    }
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
      const std::size_t parent = table.rows[i].parent.value_or(nowhere);
      const std::size_t place = parent < place_of.size() ? place_of[parent] : nowhere;
      (place == nowhere ? roots_ : children_[place]).push_back(i);
    }
  }

  void arrange() {
    for (const std::size_t root : roots_) keep_ancestors(root, 0);
    std::vector<TableRow> rows;
    add(roots_, 0, nullptr, rows);
    for (std::size_t i = 0; i < table_.rows.size(); ++i)
      if (wanted_[i] && has_wanted_child(i)) table_.foldable.push_back(table_.rows[i].key);
    table_.rows = std::move(rows);
  }

 private:
  // A path in a file system is at most PATH_MAX long: no deeper than this.
  static constexpr int deepest = 2048;

  // A row of which the filter wants a part is there to show where that part lies.
  bool keep_ancestors(std::size_t place, int depth) {
    if (depth > deepest) return wanted_[place];
    for (const std::size_t child : children_[place])
      if (keep_ancestors(child, depth + 1)) wanted_[place] = true;
    return wanted_[place];
  }

  bool has_wanted_child(std::size_t place) const {
    return std::any_of(children_[place].begin(), children_[place].end(),
                       [this](std::size_t child) { return wanted_[child]; });
  }

  void add(std::vector<std::size_t>& places, int depth, const TableRow* parent, std::vector<TableRow>& rows) {
    if (depth > deepest) return;
    std::sort(places.begin(), places.end(), [this](std::size_t a, std::size_t b) { return order_(table_, a, b); });
    for (const std::size_t place : places) {
      if (!wanted_[place]) continue;
      TableRow row = table_.rows[place];
      row.depth = depth;
      const bool folded = state_.folded.contains(row.key);
      if (has_wanted_child(place)) row.fold = folded ? TableRow::Fold::Folded : TableRow::Fold::Open;
      rows.push_back(row);
      table_.parents.push_back(parent == nullptr ? row.key : parent->key);
      if (!folded) add(children_[place], depth + 1, &table_.rows[place], rows);
    }
  }

  Table& table_;
  const TableState& state_;
  const Order& order_;
  std::vector<bool> wanted_;
  std::vector<std::vector<std::size_t>> children_;
  std::vector<std::size_t> roots_;
};

}  // namespace

std::size_t sort_column_of(const Table& table, const TableState& state) {
  const std::size_t column = state.sort_column.value_or(table.default_sort);
  return table.columns.empty() ? 0 : std::min(column, table.columns.size() - 1);
}

bool is_descending(const Table& table, const TableState& state) {
  return table.columns[sort_column_of(table, state)].descending != state.reversed;
}

std::string row_text(const Table& table, const TableRow& row) {
  std::string text;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].align != Align::Left) continue;
    text += table.cell(row.index, i).text;
    text += '\n';
  }
  return text;
}

std::vector<bool> find_wanted(const Table& table, const RowFilter& filter) {
  std::vector<bool> wanted(table.rows.size(), true);
  if (filter.pattern.empty()) return wanted;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    if (table.texts == nullptr) {
      wanted[i] = filter.lets_through(row_text(table, table.rows[i]));
      continue;
    }
    // Made once for all that is typed.
    table.texts->resize(table.rows.size());
    std::string& text = (*table.texts)[i];
    if (text.empty()) text = row_text(table, table.rows[i]);
    wanted[i] = filter.lets_through(text);
  }
  return wanted;
}

void arrange_table(Table& table, const TableState& state) {
  table.unfiltered = table.rows.size();
  table.parents.clear();
  table.foldable.clear();
  std::vector<bool> wanted = find_wanted(table, state.filter);
  const Order order(table, state);
  if (table.is_tree) return Tree(table, state, order, std::move(wanted)).arrange();

  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < table.rows.size(); ++i)
    if (wanted[i]) places.push_back(i);
  if (!table.columns.empty())
    std::sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) { return order(table, a, b); });
  std::vector<TableRow> rows;
  rows.reserve(places.size());
  for (const std::size_t place : places) rows.push_back(table.rows[place]);
  table.rows = std::move(rows);
}

std::vector<RowKey> row_keys(const Table& table) {
  std::vector<RowKey> keys;
  keys.reserve(table.rows.size());
  for (const TableRow& row : table.rows) keys.push_back(row.key);
  return keys;
}

}  // namespace tmpfstrace
