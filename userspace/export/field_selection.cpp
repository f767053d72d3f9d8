// SPDX-License-Identifier: Apache-2.0
#include "export/field_selection.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "export/field_path.h"
#include "model/json_writer.h"

namespace tmpfstrace {
namespace {

using Node = FieldSelection::Node;

// An alert without its state could be its beginning or its end.
constexpr const char* identity[] = {"schema", "type", "event", "sequence", "time", "state", "fingerprint"};

Node& member_of(Node& parent, std::string_view name) {
  const auto found = std::ranges::find(parent.members, name, &Node::name);
  return found != parent.members.end() ? *found : parent.members.emplace_back(Node{std::string(name)});
}

// Over a document without a space between its tokens.
class Reducer {
 public:
  explicit Reducer(std::string_view text) : text_(text) {}

  std::string reduce(const Node& root) {
    value(root);
    return std::move(out_);
  }

 private:
  // null has no members: what is selected in it is not known.
  void value(const Node& node) {
    const char opens = node.whole ? '\0' : text_[at_];
    if (opens == '{')
      object(node);
    else if (opens == '[')
      array(node);
    else
      out_ += skip();
  }

  void object(const Node& node) {
    out_ += '{';
    ++at_;
    while (text_[at_] != '}') {
      const std::string_view key = skip();
      ++at_;
      const auto member = std::ranges::find(node.members, key.substr(1, key.size() - 2), &Node::name);
      if (member == node.members.end()) {
        skip();
      } else {
        if (out_.back() != '{') out_ += ',';
        out_.append(key).append(":");
        value(*member);
      }
      if (text_[at_] == ',') ++at_;
    }
    out_ += '}';
    ++at_;
  }

  void array(const Node& node) {
    out_ += '[';
    ++at_;
    while (text_[at_] != ']') {
      value(node);
      if (text_[at_] == ',') {
        out_ += ',';
        ++at_;
      }
    }
    out_ += ']';
    ++at_;
  }

  std::string_view skip() {
    const std::size_t start = at_;
    int depth = 0;
    do {
      const char c = text_[at_];
      if (c == '"') {
        skip_string();
      } else if (depth == 0 && c != '{' && c != '[') {
        skip_word();
      } else {
        depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
        ++at_;
      }
    } while (depth > 0);
    return text_.substr(start, at_ - start);
  }

  void skip_string() {
    for (++at_; text_[at_] != '"'; ++at_)
      if (text_[at_] == '\\') ++at_;
    ++at_;
  }

  void skip_word() {
    while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '}' && text_[at_] != ']') ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

Result<FieldSelection> FieldSelection::of(const std::vector<std::string>& paths) {
  FieldSelection selection;
  JsonWriter json;
  json.begin_array();
  for (const std::string& path : paths) {
    const std::optional<std::vector<std::string_view>> names = resolve_field(path);
    if (!names)
      return fail(fmt::format("no document has '{}'; the nearest are {}", path, fmt::join(fields_like(path), ", ")));
    Node* node = &selection.root_;
    for (const std::string_view name : *names) node = &member_of(*node, name);
    node->whole = true;
    json.value(path);
  }
  json.end_array();
  selection.paths_ = json.take();
  for (const char* name : identity) member_of(selection.root_, name).whole = true;
  return selection;
}

std::string FieldSelection::reduce(std::string_view document) const {
  std::string reduced = Reducer(document).reduce(root_);
  reduced.pop_back();
  return reduced.append(",\"fields\":").append(paths_).append("}");
}

}  // namespace tmpfstrace
