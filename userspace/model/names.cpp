// SPDX-License-Identifier: Apache-2.0
#include "model/names.h"

#include <array>
#include <cstddef>

namespace tmpfstrace {
namespace {

template <std::size_t Size>
using Names = std::array<std::string_view, Size>;

constexpr Names<TMPFS_OP_MAX> operation_names{"write", "fault",   "fallocate", "create", "mkdir",   "mknod", "symlink",
                                              "link",  "tmpfile", "splice",    "xattr",  "madvise", "rename"};
constexpr Names<TMPFS_CAUSE_MAX> cause_names{"blocks", "inodes", "quota", "memcg", "memory"};
constexpr Names<TMPFS_KIND_MAX> kind_names{"regular", "directory", "symlink", "tmpfile", "link", "other"};
constexpr Names<TMPFS_LOSS_MAX> loss_names{
    "slots_full",     "superblocks_full",      "inodes_full",     "owners_full",  "ring_full",
    "returns_missed", "inflight_full",         "seed_races",      "stale_inodes", "marks_full",
    "owners_settled", "unjudged_short_writes", "uncounted_xattrs"};

// A value appended to an enum without its word leaves an empty string at the end.
static_assert(!operation_names.back().empty() && !cause_names.back().empty());
static_assert(!kind_names.back().empty() && !loss_names.back().empty());

// The numbers come from the kernel's ring and from recordings as well: one that is out of range is no reason to read
// past the table.
template <std::size_t Size>
std::string_view name_at(const Names<Size>& names, std::size_t index) {
  return index < Size ? names[index] : "unknown";
}

template <typename Enum, std::size_t Size>
std::optional<Enum> find_name(const Names<Size>& names, std::string_view name) {
  for (std::size_t i = 0; i < Size; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view operation_name(tmpfs_op operation) { return name_at(operation_names, operation); }
std::string_view cause_name(tmpfs_cause cause) { return name_at(cause_names, cause); }
std::string_view kind_name(tmpfs_kind kind) { return name_at(kind_names, kind); }
std::string_view loss_name(tmpfs_loss loss) { return name_at(loss_names, loss); }

std::optional<tmpfs_op> parse_operation(std::string_view name) { return find_name<tmpfs_op>(operation_names, name); }
std::optional<tmpfs_cause> parse_cause(std::string_view name) { return find_name<tmpfs_cause>(cause_names, name); }
std::optional<tmpfs_kind> parse_kind(std::string_view name) { return find_name<tmpfs_kind>(kind_names, name); }
std::optional<tmpfs_loss> parse_loss(std::string_view name) { return find_name<tmpfs_loss>(loss_names, name); }

}  // namespace tmpfstrace
