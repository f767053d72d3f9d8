// SPDX-License-Identifier: Apache-2.0
#include "web/listen_address.h"

#include <charconv>

namespace tmpfstrace {
namespace {

tl::unexpected<Error> bad(const std::string& text, const std::string& why) {
  return fail("cannot listen on \"" + text + "\": " + why,
              "an address looks like 127.0.0.1:10059, [::1]:10059 or :10059");
}

}  // namespace

Result<ListenAddress> parse_listen_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return bad(text, "it has no port");
  ListenAddress address;
  address.host = text.substr(0, colon);
  const std::string port = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc() || end != port.data() + port.size()) return bad(text, "the port is no number up to 65535");
  if (address.host.starts_with('[')) {
    if (!address.host.ends_with(']') || address.host.size() < 3) return bad(text, "the bracket is not closed");
    address.host = address.host.substr(1, address.host.size() - 2);
    if (address.host.find(':') == std::string::npos) return bad(text, "only an IPv6 address stands in brackets");
  } else if (address.host.find(':') != std::string::npos) {
    return bad(text, "an IPv6 address stands in brackets");
  }
  if (address.host.find_first_of(std::string(" \t\n[]/\0", 7)) != std::string::npos)
    return bad(text, "the host has a character that no host has");
  return address;
}

}  // namespace tmpfstrace
