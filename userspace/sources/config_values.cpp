// SPDX-License-Identifier: Apache-2.0
#include "sources/config_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace tmpfstrace {
namespace {

using std::chrono::milliseconds;

struct Unit {
  std::string_view name;
  std::int64_t ms;
};
// The longest first.
constexpr std::array<Unit, 5> units = {{{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};

constexpr std::int64_t longest_ms = 366 * units.front().ms;

constexpr std::array<std::string_view, 9> own_labels = {"alertname", "severity", "fingerprint", "namespace", "pod",
                                                        "container", "unit",     "mount_point", "limit"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

template <typename Number>
std::optional<Number> parse_whole(std::string_view text) {
  Number number{};
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && rest == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

bool is_host_char(char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.'; }
bool is_address_char(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
}

std::optional<std::string> host_problem(std::string_view host) {
  if (host.empty()) return "it has no host";
  if (host.front() == '[') {
    const std::string_view address = host.substr(1, host.size() - 2);
    const bool closed = host.size() > 2 && host.back() == ']';
    return closed && std::ranges::all_of(address, is_address_char)
               ? std::nullopt
               : std::optional<std::string>("its address in [ ] is not one of IPv6");
  }
  return std::ranges::all_of(host, is_host_char)
             ? std::nullopt
             : std::optional<std::string>("its host has a character that no host has");
}

}  // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
  const auto digits = static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
  const std::optional<std::int64_t> number = parse_whole<std::int64_t>(text.substr(0, digits));
  const auto unit = std::ranges::find(units, text.substr(digits), &Unit::name);
  if (!number || unit == units.end() || *number > longest_ms / unit->ms) return std::nullopt;
  return milliseconds(*number * unit->ms);
}

std::string format_duration(milliseconds duration) {
  if (duration.count() == 0) return "0s";
  const auto unit = std::ranges::find_if(units, [&](const Unit& each) { return duration.count() % each.ms == 0; });
  return std::to_string(duration.count() / unit->ms).append(unit->name);
}

std::optional<std::string> url_problem(std::string_view url) {
  const auto is_odd = [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f;
  };
  if (std::ranges::any_of(url, is_odd)) return "it has a blank, a control character or one that is not ASCII";
  const std::size_t scheme = url.starts_with("http://") ? 7 : url.starts_with("https://") ? 8 : 0;
  if (scheme == 0) return "it does not start with http:// or https://";
  if (url.find('#') != std::string_view::npos) return "it has a fragment (#), which no server sees";
  const std::string_view rest = url.substr(scheme);
  std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  if (authority.find('@') != std::string_view::npos)
    return "it has a user or password, which would be read by everybody who reads the file";
  const std::size_t bracket = authority.find(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    const std::optional<std::uint32_t> port = parse_whole<std::uint32_t>(authority.substr(colon + 1));
    if (!port || *port == 0 || *port > 65535) return "its port is not a number from 1 to 65535";
    authority = authority.substr(0, colon);
  }
  return host_problem(authority);
}

std::optional<std::string> label_name_problem(std::string_view name) {
  const auto is_name_char = [](char c) { return is_letter(c) || is_digit(c); };
  if (name.empty() || !is_letter(name.front()) || !std::ranges::all_of(name, is_name_char) || name.starts_with("__"))
    return "not a label's name; one has letters, digits and _, and starts with neither a digit nor __";
  if (std::ranges::find(own_labels, name) != own_labels.end()) return "a label that alerts have already";
  return std::nullopt;
}

}  // namespace tmpfstrace
