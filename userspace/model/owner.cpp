// SPDX-License-Identifier: Apache-2.0
#include "model/owner.h"

#include <algorithm>
#include <cstddef>

namespace tmpfstrace {
namespace {

constexpr std::size_t short_id = 12;  // what the runtimes show of an id

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string name_or_id(const std::string& name, const std::string& id) {
  return name.empty() ? id.substr(0, short_id) : name;
}

std::string pod_text(const Owner& owner) {
  if (!owner.pod_name.empty())
    return "pod " + (owner.k8s_namespace.empty() ? "" : owner.k8s_namespace + "/") + owner.pod_name;
  return owner.pod_uid.empty() ? "pod of sandbox " + owner.container_id.substr(0, short_id) : "pod " + owner.pod_uid;
}

std::string unit_text(const Owner& owner) {
  constexpr std::string_view head = "session-";
  constexpr std::string_view tail = ".scope";
  const std::string& unit = owner.user_unit.empty() ? owner.unit : owner.user_unit;
  if (unit.size() > head.size() + tail.size() && unit.starts_with(head) && unit.ends_with(tail))
    return "session " + unit.substr(head.size(), unit.size() - head.size() - tail.size());
  return "unit " + unit;
}

std::string container_text(const Owner& owner) {
  const std::string text = "container " + name_or_id(owner.container_name, owner.container_id);
  return owner.runtime.empty() ? text : text + " (" + owner.runtime + ")";
}

}  // namespace

bool is_container_id(std::string_view text) { return text.size() == 64 && is_hex(text); }

bool is_pod_uid(std::string_view text) {
  if (text.size() == 32) return is_hex(text);
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text.substr(i, 1))) return false;
  }
  return true;
}

bool is_named(const Owner& owner) {
  if (!owner.outer_id.empty() && owner.outer_name.empty()) return false;
  if (owner.kind == "container" && owner.runtime.empty()) return false;
  const bool in_pod = owner.kind == "pod" || owner.kind == "sandbox" || !owner.pod_uid.empty();
  if (in_pod && (owner.pod_uid.empty() || owner.k8s_namespace.empty() || owner.pod_name.empty())) return false;
  if (owner.kind != "container") return true;
  return !(in_pod ? owner.k8s_container : owner.container_name).empty();
}

std::string owner_text(const Owner& owner) {
  std::string text;
  if (!owner.pod_uid.empty() || !owner.pod_name.empty() || owner.kind == "pod") {
    text = pod_text(owner);
    if (owner.kind == "sandbox") text += " sandbox";
    if (owner.kind == "container" || (owner.kind == "pod" && !owner.k8s_container.empty()))
      text += " container " + name_or_id(owner.k8s_container, owner.container_id);
    if (!owner.volume.empty()) text += " volume " + owner.volume;
  } else if (owner.kind == "container") {
    text = container_text(owner);
  } else if (owner.kind == "unit") {
    text = unit_text(owner);
  } else {
    return "slice " + owner.slice;
  }
  if (!owner.outer_id.empty() || !owner.outer_name.empty())
    text += " in container " + name_or_id(owner.outer_name, owner.outer_id);
  return owner.user_id.empty() ? text : text + " of user " + owner.user_id;
}

}  // namespace tmpfstrace
