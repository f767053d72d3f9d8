// SPDX-License-Identifier: Apache-2.0
// Steps through JSON text and builds nothing: for the few fields of a long line that are wanted. Text that is no JSON
// may pass where it is skipped.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <system_error>

namespace tmpfstrace {

class JsonScan {
 public:
  explicit JsonScan(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool sound() const { return sound_; }

  // Nothing more is wanted: every call on the way out returns.
  void stop() { stopped_ = true; }

  // on_member(name) takes the value by a call of this object, or skips it. The name is as it is written, with its
  // escapes.
  template <typename OnMember>
  void members(OnMember on_member) {
    list('{', '}', [&] {
      const std::string_view name = string();
      if (!take(':')) return fail();
      on_member(name);
    });
  }

  template <typename OnElement>
  void elements(OnElement on_element) {
    list('[', ']', on_element);
  }

  // Absent, and not sound: something else stands here.
  std::optional<std::uint64_t> number() {
    blanks();
    std::uint64_t value = 0;
    const auto [next, error] = std::from_chars(at_, end_, value);
    if (error != std::errc{}) {
      fail();
      return std::nullopt;
    }
    at_ = next;
    return value;
  }

  bool is_true() {
    blanks();
    const bool yes = at_ < end_ && *at_ == 't';
    skip();
    return yes;
  }

  // A value of any kind, however deep.
  void skip() {
    blanks();
    std::uint64_t depth = 0;
    do {
      if (at_ == end_) return fail();
      const char c = *at_;
      if (c == '"') {
        string();
      } else if (c == '{' || c == '[') {
        ++depth;
        ++at_;
      } else if (c == '}' || c == ']') {
        if (depth == 0) return fail();
        --depth;
        ++at_;
      } else if (depth > 0) {
        ++at_;
      } else {
        return skip_word();
      }
    } while (depth > 0 && sound_);
  }

 private:
  void fail() { sound_ = false; }
  bool goes_on() const { return sound_ && !stopped_; }

  void blanks() {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\r' || *at_ == '\n')) ++at_;
  }

  bool take(char wanted) {
    blanks();
    if (at_ == end_ || *at_ != wanted) return false;
    ++at_;
    return true;
  }

  template <typename OnItem>
  void list(char open, char close, OnItem on_item) {
    if (!take(open)) return fail();
    if (take(close)) return;
    do {
      on_item();
      if (!goes_on()) return;
    } while (take(','));
    if (!take(close)) fail();
  }

  std::string_view string() {
    if (!take('"')) return no_string();
    const char* const begin = at_;
    for (;;) {
      const void* quote = std::memchr(at_, '"', static_cast<std::size_t>(end_ - at_));
      if (quote == nullptr) return no_string();
      const char* const found = static_cast<const char*>(quote);
      const char* backslash = found;
      while (backslash > begin && backslash[-1] == '\\') --backslash;
      at_ = found + 1;
      if ((found - backslash) % 2 == 0) return {begin, static_cast<std::size_t>(found - begin)};
    }
  }

  std::string_view no_string() {
    fail();
    return {};
  }

  void skip_word() {
    const char* const begin = at_;
    while (at_ < end_ && std::strchr(",]} \t\r\n", *at_) == nullptr) ++at_;
    if (at_ == begin) fail();
  }

  const char* at_;
  const char* end_;
  bool sound_ = true;
  bool stopped_ = false;
};

}  // namespace tmpfstrace
