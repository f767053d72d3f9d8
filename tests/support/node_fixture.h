// SPDX-License-Identifier: Apache-2.0
// What the nodes of tests/fixtures/host/nodes have in common.
#pragma once

#include <cstdint>
#include <string>

namespace tmpfstrace::test::node {

constexpr std::uint64_t second = 1'000'000'000;
// Containers of the pod auth/outpost.
inline const std::string proxy = "3f1a2b9c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8";
inline const std::string sandbox = "9d27c0ffee51a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c";

}  // namespace tmpfstrace::test::node
