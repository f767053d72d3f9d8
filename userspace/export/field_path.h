// SPDX-License-Identifier: Apache-2.0
// A field of a document by its path, "superblocks.mounts.mount_point".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tmpfstrace {

// The names on the way; nothing when no document has such a field. Some names have dots themselves: owner.k8s.pod.name.
std::optional<std::vector<std::string_view>> resolve_field(std::string_view path);

// The three paths that are most like one that no document has: those that end in it first.
std::vector<std::string> fields_like(std::string_view path);

}  // namespace tmpfstrace
