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
  text_ += nlohmann::json(string).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool JsonWriter::value_if_utf8(std::string_view string) {
  if (is_plain(string)) {
    value(string);
    return true;
  }
  try {
    const std::string quoted = nlohmann::json(string).dump();
    separate();
    text_ += quoted;
    return true;
  } catch (const nlohmann::json::type_error&) {
    return false;
  }
}

}  // namespace tmpfstrace
