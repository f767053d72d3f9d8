// SPDX-License-Identifier: Apache-2.0
// What `doctor` says of what an earlier or a running tool has pinned.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "bpf/pins.h"
#include "host/host_paths.h"
#include "model/table_sizes.h"

namespace tmpfstrace {

struct PinnedView {
  std::string path;
  bool exists = false;  // the directory
  PinCount count;
  std::optional<PinNote> note;  // absent: of no finished start
  std::optional<TableSizes> tables;
  std::optional<std::uint64_t> map_bytes;
  std::optional<std::int32_t> holder;  // process that has the directory
  bool sees_holders = true;            // where none is seen there is none
  std::string problem;                 // why no later start goes on with it, or why nothing can be told; may be empty
};

// Takes and changes nothing: a tool may be running with it.
PinnedView look_at_pinned(const HostPaths& paths, const std::string& pin_path);

std::string pinned_text(const PinnedView& view);
// Null: nothing is there.
nlohmann::ordered_json pinned_json(const PinnedView& view);

}  // namespace tmpfstrace
