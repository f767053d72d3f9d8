// SPDX-License-Identifier: Apache-2.0
#include "row_json.h"

#include <nlohmann/json.hpp>

#include "export/json.h"
#include "tui/view_screen.h"

namespace tmpfstrace {
namespace {

using Json = nlohmann::ordered_json;

// Names may hold bytes that are no UTF-8.
std::string indented(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace); }

// The element of that list of the document, which has the order of the snapshot.
std::string element_of(const Snapshot& snapshot, const char* list, std::size_t index) {
  return indented(Json::parse(sample_to_json(snapshot)).at(list).at(index));
}

std::string superblock_json(const Snapshot& snapshot, const RowKey& key) {
  for (std::size_t i = 0; i < snapshot.superblocks.size(); ++i)
    if (key_of_superblock(snapshot.superblocks[i].info.id) == key) return element_of(snapshot, "superblocks", i);
  return "";
}

std::string cgroup_json(const Snapshot& snapshot, const RowKey& key) {
  for (std::size_t i = 0; i < snapshot.cgroups.size(); ++i)
    if (snapshot.cgroups[i].info.id == key.major) return element_of(snapshot, "cgroups", i);
  return "";
}

std::string event_json(const EventLog& log, const RowKey& key) {
  for (const LoggedEvent& logged : log.events())
    if (logged.number == key.major) return indented(Json::parse(event_to_json(*logged.event)));
  return "";
}

Json value_of(const TableCell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell.value)) return *text;
  if (const auto* number = std::get_if<std::uint64_t>(&cell.value)) return *number;
  if (const auto* number = std::get_if<std::int64_t>(&cell.value)) return *number;
  if (const auto* number = std::get_if<double>(&cell.value)) return *number;
  return nullptr;
}

std::string table_json(const Frame& frame, View view, const RowKey& key) {
  ViewState state;
  state.view = view;
  const Table table = build_table(frame, state);
  for (const TableRow& row : table.rows) {
    if (row.key != key) continue;
    Json json = Json::object();
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      json[std::string(table.columns[i].id)] = value_of(table.cell(row.index, i));
    return indented(json);
  }
  return "";
}

}  // namespace

std::string row_to_json(const Frame& frame, View view, const RowKey& key) {
  switch (view) {
    case View::Superblocks: return superblock_json(*frame.snapshot, key);
    case View::Cgroups: return cgroup_json(*frame.snapshot, key);
    case View::Events: return event_json(frame.events, key);
    default: return table_json(frame, view, key);
  }
}

}  // namespace tmpfstrace
