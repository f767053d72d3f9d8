// SPDX-License-Identifier: Apache-2.0
// Other file systems, which must leave no trace in the counters.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "fixture.h"

namespace guest {

std::unique_ptr<Mount> mount_or_skip(const std::string& options, const std::string& type, const std::string& source);
// As large as its RAM disk, or of this size.
std::unique_ptr<Mount> ext4_or_skip(const std::string& kib = "");
std::unique_ptr<Mount> overlay_or_skip(const Mount& base);

// No counter of any superblock moves while this runs.
void expect_no_trace_of(Fixture& f, const std::function<void()>& use);

}  // namespace guest
