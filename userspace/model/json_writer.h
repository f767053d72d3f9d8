// SPDX-License-Identifier: Apache-2.0
// Appends JSON to a string, keys in the order they are written. A document tree of a host with 10,000 ledger rows has
// half a million nodes: building one only to print it costs more than everything else in a sample.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tmpfstrace {

class JsonWriter {
 public:
  void begin_object() { open('{'); }
  void end_object() { text_ += '}'; }
  void begin_array() { open('['); }
  void end_array() { text_ += ']'; }

  void key(std::string_view name);  // escaped
  template <std::size_t Size>
  void key(const char (&name)[Size]) {  // a literal of ours: nothing in it needs escaping
    separate();
    text_.append("\"").append(name, Size - 1).append("\":");
  }
  void null();
  void value(bool flag);
  void value(double number);
  void value(std::string_view string);  // bytes that are not UTF-8 become U+FFFD, every control character an escape
  void value(const char* string) { value(std::string_view(string)); }

  template <std::integral Number>
  void value(Number number) {
    char digits[24];
    const std::to_chars_result end = std::to_chars(digits, digits + sizeof digits, number);
    separate();
    text_.append(digits, end.ptr);
  }

  template <typename Value>
  void value(const std::optional<Value>& known) {
    known ? value(*known) : null();
  }

  template <typename Value>
  void field(std::string_view name, const Value& content) {
    key(name);
    value(content);
  }

  template <std::size_t Size, typename Value>
  void field(const char (&name)[Size], const Value& content) {
    key(name);
    value(content);
  }

  template <std::size_t Size, typename Value>
  void field_if_known(const char (&name)[Size], const std::optional<Value>& content) {
    if (content) field(name, *content);
  }

  // False, and nothing written, when the string is not UTF-8.
  bool value_if_utf8(std::string_view string);

  void reserve(std::size_t bytes) { text_.reserve(bytes); }
  std::string take() { return std::move(text_); }

 private:
  // What stands before tells whether this is a first element: no string ends in one of these, its quote comes last.
  void separate() {
    if (text_.empty()) return;
    const char last = text_.back();
    if (last != '{' && last != '[' && last != ':') text_ += ',';
  }
  void open(char bracket);

  std::string text_;
};

}  // namespace tmpfstrace
