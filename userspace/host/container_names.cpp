// SPDX-License-Identifier: Apache-2.0
#include "host/container_names.h"

#include <algorithm>
#include <utility>

namespace tmpfstrace {
namespace {

constexpr std::uint64_t kCleanInterval = 60'000'000'000;

void set_if_empty(std::string& member, const std::string& value) {
  if (member.empty()) member = value;
}

}  // namespace

ContainerNames::ContainerNames(HostRoot root, ContainerNamesOptions options)
    : root_(std::move(root)), options_(options), logs_(options.grace_ns), reads_left_(options.most_reads) {}

void ContainerNames::begin_round(std::uint64_t now_ns) {
  reads_left_ = options_.most_reads;
  if (now_ns < next_clean_ns_) return;
  next_clean_ns_ = now_ns + kCleanInterval;
  for (Book* book : {&containers_, &pods_})
    std::erase_if(*book, [&](const auto& item) { return now_ns - item.second.used_ns > options_.grace_ns; });
}

void ContainerNames::complete(Owner& owner, std::uint64_t now_ns) {
  const bool has_names = owner.kind == "container" || owner.kind == "pod";
  if (!has_names || !owner.user_id.empty() || is_named(owner)) return;
  fill(owner, now_ns);
  for (const std::string* id : {&owner.container_id, &owner.outer_id}) {
    if (id->empty() || is_named(owner)) continue;
    look_for(containers_[*id], *id, now_ns);
    fill(owner, now_ns);
  }
  if (is_named(owner) || owner.pod_uid.empty() || !owner.pod_name.empty()) return;
  look_for(pods_[owner.pod_uid], {}, now_ns);
  fill(owner, now_ns);
}

// A state file is final: a container's names never change. Without one the lists may have the name, now or later.
void ContainerNames::look_for(Known& known, const std::string& container_id, std::uint64_t now_ns) {
  if (now_ns < known.retry_ns || reads_left_ == 0) return;
  if (look_at_lists(now_ns)) {
    known.wait_ns = std::clamp(2 * known.wait_ns, options_.first_retry_ns, options_.last_retry_ns);
    known.retry_ns = now_ns + known.wait_ns;
  }
  if (container_id.empty() || known.read) return;
  --reads_left_;
  ++files_read_;
  auto state = read_container_state(root_, container_id, unreadable_files_);
  if (!state) return;
  known.state = std::move(*state);
  known.read = true;
  if (known.state.pod_uid.empty()) return;
  Known& pod = pods_[known.state.pod_uid];
  pod.state.pod_namespace = known.state.pod_namespace;
  pod.state.pod_name = known.state.pod_name;
  pod.used_ns = now_ns;
}

bool ContainerNames::look_at_lists(std::uint64_t now_ns) {
  if (looked_ns_ && now_ns - *looked_ns_ < options_.look_gap_ns) return *looked_ns_ == now_ns;
  looked_ns_ = now_ns;
  logs_.look(root_, now_ns, unreadable_files_);
  storage_names_ = read_storage_names(root_, unreadable_files_);
  return true;
}

void ContainerNames::fill(Owner& owner, std::uint64_t now_ns) {
  if (!owner.container_id.empty()) fill_container(owner, now_ns);
  if (!owner.outer_id.empty()) {
    containers_[owner.outer_id].used_ns = now_ns;
    set_if_empty(owner.outer_name, runtime_name(owner.outer_id));
  }
  if (!owner.pod_uid.empty()) fill_pod(owner, now_ns);
}

void ContainerNames::fill_container(Owner& owner, std::uint64_t now_ns) {
  if (const PodName* name = logs_.container(owner.container_id); name != nullptr) {
    set_if_empty(owner.k8s_namespace, name->pod_namespace);
    set_if_empty(owner.pod_name, name->pod);
    set_if_empty(owner.k8s_container, name->container);
  }
  Known& known = containers_[owner.container_id];
  known.used_ns = now_ns;
  const ContainerState& state = known.state;
  if (state.sandbox && owner.kind == "container") owner.kind = "sandbox";
  set_if_empty(owner.runtime, state.runtime);
  set_if_empty(owner.container_name, runtime_name(owner.container_id));
  set_if_empty(owner.pod_uid, state.pod_uid);
  set_if_empty(owner.k8s_namespace, state.pod_namespace);
  set_if_empty(owner.pod_name, state.pod_name);
  set_if_empty(owner.k8s_container, state.k8s_container);
}

std::string ContainerNames::runtime_name(const std::string& id) const {
  const std::string& name = containers_.at(id).state.name;
  const auto listed = storage_names_.find(id);
  return name.empty() && listed != storage_names_.end() ? listed->second : name;
}

void ContainerNames::fill_pod(Owner& owner, std::uint64_t now_ns) {
  if (const PodName* name = logs_.pod(owner.pod_uid); name != nullptr) {
    set_if_empty(owner.k8s_namespace, name->pod_namespace);
    set_if_empty(owner.pod_name, name->pod);
  }
  Known& known = pods_[owner.pod_uid];
  known.used_ns = now_ns;
  set_if_empty(owner.k8s_namespace, known.state.pod_namespace);
  set_if_empty(owner.pod_name, known.state.pod_name);
}

}  // namespace tmpfstrace
