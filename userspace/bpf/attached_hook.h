// SPDX-License-Identifier: Apache-2.0
// A program at its hook, for as long as this lives, and longer when its link is pinned.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "bpf/handles.h"
#include "bpf/pins.h"
#include "host/unique_fd.h"

namespace tmpfstrace {

// By libbpf, or by a descriptor.
struct AttachedHook {
  LinkHandle link;
  UniqueFd fd;
};

class AttachedHooks {
 public:
  ~AttachedHooks() { clear(); }
  AttachedHooks() = default;
  AttachedHooks(const AttachedHooks&) = delete;
  AttachedHooks& operator=(const AttachedHooks&) = delete;

  void add(std::string program, AttachedHook hook) { hooks_.emplace_back(std::move(program), std::move(hook)); }

  std::vector<PinnedLink> links() const {
    std::vector<PinnedLink> links;
    for (const auto& [program, hook] : hooks_)
      links.push_back({program, hook.link ? bpf_link__fd(hook.link.get()) : hook.fd.get()});
    return links;
  }

  // They are pinned. libbpf switches a probe that is a perf event off at its link's end, whoever else holds the link:
  // told that the link is disconnected it does not, and leaves the descriptors to the end of the process.
  void keep() {
    for (const auto& [program, hook] : hooks_)
      if (hook.link) bpf_link__disconnect(hook.link.get());
  }

  void clear() { hooks_.clear(); }

 private:
  std::vector<std::pair<std::string, AttachedHook>> hooks_;
};

}  // namespace tmpfstrace
