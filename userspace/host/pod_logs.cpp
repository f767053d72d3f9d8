// SPDX-License-Identifier: Apache-2.0
#include "host/pod_logs.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "host/text_file.h"
#include "model/owner.h"
#include "model/path_parts.h"

namespace tmpfstrace {

namespace {

// Three parts between two underscores; names of Kubernetes hold none. Empty: it is another name.
std::vector<std::string_view> three_parts(std::string_view name) {
  std::vector<std::string_view> parts = split_path(name, '_');
  if (parts.size() != 3 || std::count(name.begin(), name.end(), '_') != 2) parts.clear();
  return parts;
}

}  // namespace

std::optional<PodName> parse_pod_directory(std::string_view name) {
  const std::vector<std::string_view> parts = three_parts(name);
  if (parts.empty() || !is_pod_uid(parts[2])) return std::nullopt;
  return PodName{std::string(parts[2]), std::string(parts[0]), std::string(parts[1]), "", ""};
}

std::optional<PodName> parse_container_link(std::string_view name) {
  constexpr std::string_view suffix = ".log";
  if (!name.ends_with(suffix)) return std::nullopt;
  name.remove_suffix(suffix.size());
  const std::vector<std::string_view> parts = three_parts(name);
  if (parts.empty()) return std::nullopt;
  // An id holds no dash, a container's name may.
  const std::size_t dash = parts[2].rfind('-');
  if (dash == std::string_view::npos || dash == 0 || !is_container_id(parts[2].substr(dash + 1))) return std::nullopt;
  return PodName{"", std::string(parts[1]), std::string(parts[0]), std::string(parts[2].substr(0, dash)),
                 std::string(parts[2].substr(dash + 1))};
}

const PodName* PodLogs::find(const Names& names, const std::string& key) {
  const auto found = names.find(key);
  return found == names.end() ? nullptr : &found->second.name;
}

void PodLogs::list(const HostRoot& root, const std::string& path, std::optional<PodName> (*parse)(std::string_view),
                   std::string PodName::*key, Names& names, std::uint64_t now_ns, std::uint64_t& unreadable) {
  const auto directory = root.open_directory(path);
  if (!directory && !is_absent(directory.error())) ++unreadable;
  if (directory) {
    std::size_t read = 0;
    const auto listed = list_directory(directory->get(), [&](std::string_view name, unsigned char) {
      if (auto parsed = parse(name)) {
        const std::string& id = (*parsed).*key;
        names[id] = {*parsed, looks_, std::nullopt};
      }
      return ++read < kMostLogs;
    });
    if (!listed) ++unreadable;  // what it has told is true, the rest counts as gone
  }
  for (auto item = names.begin(); item != names.end();) {
    Entry& entry = item->second;
    if (entry.listed != looks_ && !entry.gone_ns) entry.gone_ns = now_ns;
    const bool forget = entry.gone_ns && now_ns - *entry.gone_ns > grace_ns_;
    item = forget ? names.erase(item) : std::next(item);
  }
}

void PodLogs::look(const HostRoot& root, std::uint64_t now_ns, std::uint64_t& unreadable) {
  ++looks_;
  list(root, "var/log/pods", parse_pod_directory, &PodName::uid, pods_, now_ns, unreadable);
  list(root, "var/log/containers", parse_container_link, &PodName::container_id, containers_, now_ns, unreadable);
}

}  // namespace tmpfstrace
