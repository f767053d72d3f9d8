// SPDX-License-Identifier: Apache-2.0
// "127.0.0.1:10059", "[::1]:10059", ":10059", "localhost:10059". Pure: no name is looked up.
#pragma once

#include <cstdint>
#include <string>

#include "model/result.h"

namespace tmpfstrace {

// Not on Prometheus's list of ports of exporters, which has used up 9100 to 9999.
inline constexpr std::uint16_t kDefaultWebPort = 10059;

struct ListenAddress {
  std::string host;  // empty: every address of the host, both families where it has IPv6
  std::uint16_t port = 0;
  bool operator==(const ListenAddress&) const = default;
};

// The port must be there; 0 lets the kernel choose one. An IPv6 address stands in brackets.
Result<ListenAddress> parse_listen_address(const std::string& text);

}  // namespace tmpfstrace
