// SPDX-License-Identifier: Apache-2.0
// The ABI's enums as the words of docs/json.md, both ways. A number without a word is "unknown".
#pragma once

#include <optional>
#include <string_view>

#include "tmpfs_abi.h"

namespace tmpfstrace {

std::string_view operation_name(tmpfs_op operation);
std::string_view cause_name(tmpfs_cause cause);
std::string_view kind_name(tmpfs_kind kind);
std::string_view loss_name(tmpfs_loss loss);

std::optional<tmpfs_op> parse_operation(std::string_view name);
std::optional<tmpfs_cause> parse_cause(std::string_view name);
std::optional<tmpfs_kind> parse_kind(std::string_view name);
std::optional<tmpfs_loss> parse_loss(std::string_view name);

}  // namespace tmpfstrace
