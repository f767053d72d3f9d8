// SPDX-License-Identifier: Apache-2.0
#include "export/field_path.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>

#include "export/field_table.h"

namespace tmpfstrace {
namespace {

constexpr std::size_t most_suggestions = 3;

void collect(std::span<const FieldName> fields, const std::string& prefix, std::vector<std::string>& paths) {
  for (const FieldName& field : fields) {
    paths.push_back(prefix + std::string(field.name));
    collect(field.members, paths.back() + ".", paths);
  }
}

// Levenshtein's: letters to change, add or leave out.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = std::exchange(row[j + 1], std::min({changed, row[j] + 1, row[j + 1] + 1}));
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::vector<std::string_view>> resolve_field(std::string_view path) {
  std::vector<std::string_view> names;
  std::span<const FieldName> fields = document_fields();
  for (std::string_view rest = path;;) {
    const auto begins = [rest](const FieldName& field) {
      return rest.starts_with(field.name) && (rest.size() == field.name.size() || rest[field.name.size()] == '.');
    };
    const auto field = std::ranges::find_if(fields, begins);
    if (field == fields.end()) return std::nullopt;
    names.push_back(field->name);
    if (rest.size() == field->name.size()) return names;
    rest.remove_prefix(field->name.size() + 1);
    if (field->any_member) {
      if (rest.empty()) return std::nullopt;
      names.push_back(rest);
      return names;
    }
    fields = field->members;
  }
}

// Of two paths their ends count, and their beginnings where both have one: what lies between is what is forgotten.
std::vector<std::string> fields_like(std::string_view path) {
  std::vector<std::string> paths;
  collect(document_fields(), "", paths);
  const auto first = [](std::string_view of) { return of.substr(0, of.find('.')); };
  const auto last = [](std::string_view of) { return of.substr(of.rfind('.') + 1); };
  const std::string ending = "." + std::string(path);
  const auto rank = [&](const std::string& known) {
    std::size_t apart = distance(last(path), last(known));
    if (path.find('.') != std::string_view::npos) apart += distance(first(path), first(known));
    return std::tuple(!known.ends_with(ending), apart, distance(path, known), known);
  };
  std::ranges::sort(paths, {}, rank);
  paths.resize(std::min(paths.size(), most_suggestions));
  return paths;
}

}  // namespace tmpfstrace
