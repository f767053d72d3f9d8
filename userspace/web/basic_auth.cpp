// SPDX-License-Identifier: Apache-2.0
#include "web/basic_auth.h"

namespace tmpfstrace {
namespace {

constexpr std::size_t kMostHeaderBytes = 1024;
constexpr std::size_t kMostPasswordBytes = 511;  // libcrypt takes no longer one

int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

std::optional<std::string> decode_base64(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::string bytes;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const int value = base64_value(c);
    if (value < 0) return std::nullopt;
    bits = (bits << 6 | static_cast<unsigned>(value)) & 0xffffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xff);
  }
  return bytes;
}

bool is_scheme(std::string_view text) {
  constexpr std::string_view scheme = "basic";
  if (text.size() != scheme.size()) return false;
  for (std::size_t i = 0; i < scheme.size(); ++i)
    if ((text[i] | 0x20) != scheme[i]) return false;
  return true;
}

}  // namespace

std::optional<Credentials> parse_basic_auth(std::string_view header) {
  const std::size_t blank = header.find(' ');
  if (header.size() > kMostHeaderBytes || blank == std::string_view::npos || !is_scheme(header.substr(0, blank)))
    return std::nullopt;
  std::string_view encoded = header.substr(blank);
  encoded.remove_prefix(std::min(encoded.find_first_not_of(' '), encoded.size()));
  const auto text = decode_base64(encoded);
  if (!text) return std::nullopt;
  const std::size_t colon = text->find(':');
  // bcrypt ends at a NUL: what follows it would not count.
  if (colon == std::string::npos || text->find('\0') != std::string::npos) return std::nullopt;
  Credentials credentials{text->substr(0, colon), text->substr(colon + 1)};
  if (credentials.password.size() > kMostPasswordBytes) return std::nullopt;
  return credentials;
}

}  // namespace tmpfstrace
