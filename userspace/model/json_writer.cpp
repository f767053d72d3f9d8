// SPDX-License-Identifier: Apache-2.0
#include "model/json_writer.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

namespace tmpfstrace {
namespace {

bool is_plain(std::string_view string) {
  return std::all_of(string.begin(), string.end(),
                     [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; });
}

// JSON lets DEL and the C1 controls (U+0080 to U+009F, in UTF-8 C2 80 to C2 9F) stand as they are, a terminal obeys
// some of them.
std::string escape_controls(const std::string& quoted) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string escaped;
  for (std::size_t i = 0; i < quoted.size(); ++i) {
    auto byte = static_cast<unsigned char>(quoted[i]);
    const auto next = static_cast<unsigned char>(i + 1 < quoted.size() ? quoted[i + 1] : 0);
    const bool is_c1 = byte == 0xc2 && next >= 0x80 && next <= 0x9f;
    if (is_c1) {
      byte = next;
      ++i;
    }
    if (is_c1 || byte == 0x7f) {
      escaped.append("\\u00").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    } else {
      escaped += quoted[i];
    }
  }
  return escaped;
}

}  // namespace

void JsonWriter::open(char bracket) {
  separate();
  text_ += bracket;
}

void JsonWriter::key(std::string_view name) {
  value(name);
  text_ += ':';
}

void JsonWriter::null() {
  separate();
  text_ += "null";
}

void JsonWriter::value(bool flag) {
  separate();
  text_ += flag ? "true" : "false";
}

void JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  char digits[32];
  const std::to_chars_result end = std::to_chars(digits, digits + sizeof digits, number);
  separate();
  text_.append(digits, end.ptr);
}

void JsonWriter::value(std::string_view string) {
  separate();
  if (is_plain(string)) {
    text_.append("\"").append(string).append("\"");
    return;
  }
  text_ += escape_controls(nlohmann::json(string).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

bool JsonWriter::value_if_utf8(std::string_view string) {
  if (is_plain(string)) {
    value(string);
    return true;
  }
  try {
    const std::string quoted = escape_controls(nlohmann::json(string).dump());
    separate();
    text_ += quoted;
    return true;
  } catch (const nlohmann::json::type_error&) {
    return false;
  }
}

}  // namespace tmpfstrace
