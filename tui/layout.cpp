// SPDX-License-Identifier: Apache-2.0
#include "tui/layout.h"

#include <algorithm>
#include <array>
#include <optional>

#include <nlohmann/json.hpp>

#include "tui/view_rows.h"
#include "tui/view_screen.h"

namespace tmpfstrace {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<const char*, view_count> view_names = {"superblocks", "cgroups",   "events",
                                                            "files",       "processes", "log"};

// The columns of a view, from a table without rows.
std::vector<Column> columns_of(std::size_t view) {
  Frame frame;
  frame.snapshot = std::make_shared<const Snapshot>();
  ViewState state;
  state.view = static_cast<View>(view);
  return build_table(frame, state).columns;
}

Json table_to_json(const TableState& table, const std::vector<Column>& columns) {
  Json json = Json::object();
  if (table.sort_column && *table.sort_column < columns.size()) {
    json["sort"] = std::string(columns[*table.sort_column].id);
  }
  if (table.reversed) json["reversed"] = true;
  if (!table.tree) json["tree"] = false;
  for (const auto& [id, shown] : table.chosen_columns) json["columns"][id] = shown;
  return json;
}

// Throws nlohmann::json::exception on a member of another type.
void table_from_json(const Json& json, const std::vector<Column>& columns, TableState& table) {
  const std::string sort = json.value("sort", "");
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].id == sort) table.sort_column = i;
  table.reversed = json.value("reversed", false);
  table.tree = json.value("tree", true);
  if (!json.contains("columns")) return;
  for (const auto& [id, shown] : json.at("columns").items()) {
    const auto known = std::find_if(columns.begin(), columns.end(), [&id = id](const Column& c) { return c.id == id; });
    if (known != columns.end()) table.chosen_columns[id] = shown.get<bool>();
  }
  const bool any = std::any_of(columns.begin(), columns.end(), [&](const Column& c) { return is_shown(c, table); });
  if (!any) table.chosen_columns.clear();
}

}  // namespace

std::string layout_to_json(const ViewState& state) {
  Json json;
  json["view"] = view_names[static_cast<std::size_t>(state.view)];
  json["history_window"] = history_windows[state.history_window].count();
  json["mouse"] = state.mouse;
  for (std::size_t i = 0; i < view_count; ++i) {
    Json table = table_to_json(state.tables[i], columns_of(i));
    if (!table.empty()) json["tables"][view_names[i]] = std::move(table);
  }
  return json.dump(2) + "\n";
}

Result<ViewState> layout_from_json(const std::string& text) {
  ViewState state;
  try {
    const Json json = Json::parse(text);
    if (!json.is_object()) return fail("it is no JSON object");
    const std::string view = json.value("view", view_names[0]);
    const auto found = std::find(view_names.begin(), view_names.end(), view);
    if (found != view_names.end()) state.view = static_cast<View>(found - view_names.begin());
    const auto seconds = json.value("history_window", history_windows[state.history_window].count());
    for (std::size_t i = 0; i < history_windows.size(); ++i)
      if (history_windows[i].count() == seconds) state.history_window = i;
    state.mouse = json.value("mouse", true);
    if (!json.contains("tables")) return state;
    if (!json.at("tables").is_object()) return fail("\"tables\" is no JSON object");
    for (std::size_t i = 0; i < view_count; ++i)
      if (json.at("tables").contains(view_names[i]))
        table_from_json(json.at("tables").at(view_names[i]), columns_of(i), state.tables[i]);
  } catch (const nlohmann::json::exception& error) {
    return fail(std::string("it is not the JSON that was written: ") + error.what());
  }
  return state;
}

}  // namespace tmpfstrace
